package elf

// SectionIndex is the number of a section, or one of the special ones.
type SectionIndex uint16

const (
	SHN_UNDEF  SectionIndex = 0
	SHN_ABS    SectionIndex = 0xfff1
	SHN_XINDEX SectionIndex = 0xffff
)

// SectionType is the kind of a section.
type SectionType uint32

const (
	SHT_PROGBITS SectionType = 1
	SHT_SYMTAB   SectionType = 2
	SHT_STRTAB   SectionType = 3
	SHT_HASH     SectionType = 5
	SHT_DYNAMIC  SectionType = 6
	SHT_NOTE     SectionType = 7
	SHT_DYNSYM   SectionType = 11
)

// SectionFlag says how a section is used.
type SectionFlag uint32

const (
	SHF_WRITE      SectionFlag = 1
	SHF_ALLOC      SectionFlag = 2
	SHF_EXECINSTR  SectionFlag = 4
	SHF_COMPRESSED SectionFlag = 0x800
)

// SymBind is the binding of a symbol, the upper half of its info.
type SymBind byte

const STB_GLOBAL SymBind = 1

// SymType is the kind of a symbol, the lower half of its info.
type SymType byte

const (
	STT_FUNC    SymType = 2
	STT_SECTION SymType = 3
	STT_FILE    SymType = 4
	STT_TLS     SymType = 6
)

// ST_INFO returns the info of a symbol.
func ST_INFO(bind SymBind, typ SymType) byte { return byte(bind)<<4 | byte(typ)&0xf }

// ST_TYPE returns the kind in a symbol's info.
func ST_TYPE(info byte) SymType { return SymType(info & 0xf) }

// Sym64Size is the size of an Elf64_Sym, in bytes.
const Sym64Size = 24
