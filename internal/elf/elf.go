// Package elf has those constants of the Executable and Linkable Format that a program with probes
// needs, under the names of debug/elf and of the System V ABI.
//
// Importing debug/elf, if only for its constants, brings decompressors and debugging formats that
// allocate 12 KB when a program starts, and reading files with it adds hundreds of kilobytes to the
// binary. A test holds everything here equal to debug/elf.
package elf

import "strconv"

// Indexes into the identification, the bytes that begin a file.
const (
	EI_CLASS   = 4
	EI_DATA    = 5
	EI_VERSION = 6
	EI_NIDENT  = 16 // its size

	ELFMAG = "\x7fELF" // its first bytes
)

// Class is the width of addresses.
type Class byte

const (
	ELFCLASS32 Class = 1
	ELFCLASS64 Class = 2
)

// Data is the byte order.
type Data byte

const (
	ELFDATA2LSB Data = 1
	ELFDATA2MSB Data = 2
)

const EV_CURRENT = 1

// Type is the kind of file.
type Type uint16

const (
	ET_REL  Type = 1
	ET_EXEC Type = 2
	ET_DYN  Type = 3
	ET_CORE Type = 4
)

// String returns the name of the constant, or its number.
func (t Type) String() string {
	switch t {
	case ET_REL:
		return "ET_REL"
	case ET_EXEC:
		return "ET_EXEC"
	case ET_DYN:
		return "ET_DYN"
	case ET_CORE:
		return "ET_CORE"
	}
	return "ET_" + strconv.Itoa(int(t))
}

// Machine is the processor that a file is for.
type Machine uint16

const (
	EM_NONE    Machine = 0
	EM_386     Machine = 3
	EM_X86_64  Machine = 62
	EM_AARCH64 Machine = 183
)

// String returns the name of the constant, or its number.
func (m Machine) String() string {
	switch m {
	case EM_NONE:
		return "EM_NONE"
	case EM_386:
		return "EM_386"
	case EM_X86_64:
		return "EM_X86_64"
	case EM_AARCH64:
		return "EM_AARCH64"
	}
	return "EM_" + strconv.Itoa(int(m))
}
