package elf

// Header64 begins a file.
type Header64 struct {
	Ident     [EI_NIDENT]byte
	Type      uint16
	Machine   uint16
	Version   uint32
	Entry     uint64
	Phoff     uint64
	Shoff     uint64
	Flags     uint32
	Ehsize    uint16
	Phentsize uint16
	Phnum     uint16
	Shentsize uint16
	Shnum     uint16
	Shstrndx  uint16
}

// Prog64 is an entry of the program header table.
type Prog64 struct {
	Type   uint32
	Flags  uint32
	Off    uint64
	Vaddr  uint64
	Paddr  uint64
	Filesz uint64
	Memsz  uint64
	Align  uint64
}

// Section64 is an entry of the section header table.
type Section64 struct {
	Name      uint32
	Type      uint32
	Flags     uint64
	Addr      uint64
	Off       uint64
	Size      uint64
	Link      uint32
	Info      uint32
	Addralign uint64
	Entsize   uint64
}

// Sym64 is an entry of a symbol table.
type Sym64 struct {
	Name  uint32
	Info  byte
	Other byte
	Shndx uint16
	Value uint64
	Size  uint64
}

// Sym64Size is the size of a Sym64 in a file, in bytes.
const Sym64Size = 24

// Dyn64 is an entry of the dynamic section.
type Dyn64 struct {
	Tag int64
	Val uint64
}
