package elf

// ProgType is the kind of a segment.
type ProgType uint32

const (
	PT_LOAD      ProgType = 1
	PT_DYNAMIC   ProgType = 2
	PT_NOTE      ProgType = 4
	PT_TLS       ProgType = 7
	PT_GNU_STACK ProgType = 0x6474e551
)

// ProgFlag says what is allowed in a segment's memory.
type ProgFlag uint32

const (
	PF_X ProgFlag = 1
	PF_W ProgFlag = 2
	PF_R ProgFlag = 4
)

// DynTag is the kind of an entry of the dynamic section.
type DynTag int64

const (
	DT_NULL   DynTag = 0
	DT_HASH   DynTag = 4
	DT_STRTAB DynTag = 5
	DT_SYMTAB DynTag = 6
	DT_STRSZ  DynTag = 10
	DT_SYMENT DynTag = 11
)
