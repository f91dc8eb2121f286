// Package block describes the block of slots that package static brings into the text of a program,
// and what the program prints of its declared probes. The command usdt, which embeds notes that
// lead to the slots, and package stapsdt, which enters them, agree on these.
//
// A block begins with a slot that has the Magic, by which it is found in a file without symbols.
// Slots on x86-64, with traps around what is shown, and on arm64, in bytes from the slot's start:
//
//	 0  nop     site of form nop; Fire enters here      0  nop  Fire enters here
//	 1  nop10   site of form nop10                      4  nop  site
//	11  ret                                             8  ret
//	21  nop     Fire enters here
//	22  nop5    site of form nop5
//	27  ret
//
// Each half of a slot on x86-64 looks like a slot of an image with the longer instruction, and for
// the same reason: the word where Fire enters covers all sites behind it. A tracer that finds a nop
// before a nop10 may choose the one that its kernel replaces better, as libbpf does for the nops of
// its usdt.h.
package block

import (
	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/probesite"
)

// Magic is how a block begins.
const Magic = "go-usdt slots 1\n"

// Slots is the number of slots of a block, the first of which has the Magic.
const Slots = 368

// A block is aligned to this many bytes.
const Align = 64

// SlotSize returns the size of a slot in bytes, or 0 for a machine that has no blocks.
func SlotSize(machine elf.Machine) uint64 {
	switch machine {
	case elf.EM_X86_64:
		return 32
	case elf.EM_AARCH64:
		return 16
	}
	return 0
}

// Site returns where in a slot the site of a form is. It is not ok if the machine has no such form.
func Site(machine elf.Machine, form probesite.Form) (offset uint64, ok bool) {
	if machine == elf.EM_AARCH64 {
		return 4, form == probesite.Nop
	}
	switch form {
	case probesite.Nop:
		return 0, machine == elf.EM_X86_64
	case probesite.Nop10:
		return 1, machine == elf.EM_X86_64
	case probesite.Nop5:
		return 22, machine == elf.EM_X86_64
	}
	return 0, false
}

// Entry returns where in a slot Fire enters, for the offset of a site in the slot, and the form of
// the instruction behind the no-op there. It is not ok if no site is at the offset.
func Entry(machine elf.Machine, site uint64) (offset uint64, behind probesite.Form, ok bool) {
	if machine == elf.EM_AARCH64 {
		return 0, probesite.Nop, site == 4
	}
	switch site {
	case 0, 1:
		return 0, probesite.Nop10, true
	case 22:
		return 21, probesite.Nop5, true
	}
	return 0, 0, false
}

// SymbolSuffix is how the symbol of a block ends. What is before it is the path of the module, or
// what it was vendored as; before PrintSuffix the symbol of the function that prints the declared
// probes has the same. Go's table of functions has both, also in a stripped file.
const (
	SymbolSuffix = "/stapsdt/static.slots"
	PrintSuffix  = "/stapsdt.printDeclarations"
)

// PrintTo is the descriptor that the declared probes are printed to. The function that does it
// takes the place of main.main in a copy of the program, so it runs after all initialization, and
// ends the process. What it prints:
//
//	go-usdt declarations 1
//	probe shop order_start 8 8 -4
//	btf 1234
//
// There is a line for each probe: provider, name, and the sizes of its arguments in bytes, negative
// if they are signed. Behind the last line are as many bytes, a section .BTF with the signatures of
// all probes; then nothing.
const PrintTo = 3

// DeclarationsHeader is the first line of what is printed.
const DeclarationsHeader = "go-usdt declarations 1\n"
