// Package sdtnote reads the static probes that an ELF file declares: the stapsdt notes, from which every
// tracer learns where the probes of a program or library are.
//
// The format is version 3 of the one described at
// https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation. Files of both classes and both byte
// orders are read, whatever the machine.
//
// Files come from anywhere, other users' processes included, so a malformed one gives an error, never a
// panic, and no size that it claims is trusted: what is read lies within the file, and all the notes of
// one file may take 4 MiB, room for some 40,000 probes. This is why the headers are not left to
// debug/elf.NewFile, which loads, and where it is marked so decompresses, a section name table of any size.
package sdtnote

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-usdt/usdt/internal/elf"
)

// ErrFormat is matched by the errors about a file that is not ELF or contradicts itself. Errors of the
// reader, and those that match [errors.ErrUnsupported], do not match it.
var ErrFormat = errors.New("malformed ELF file")

// ErrNotELF is matched by the error about a file that does not begin as ELF files do. It matches ErrFormat.
var ErrNotELF error = formatError("no ELF magic number")

// A Note is one probe as its ELF note describes it. A probe that the compiler inlined or copied has
// several notes, which differ in their addresses and perhaps in their arguments.
//
// The strings are what the file holds up to the NUL; Provider and Name are not empty. Nothing else is
// checked: quote them before they go to a terminal. They do not keep larger memory alive.
type Note struct {
	Provider, Name string

	// Machine is what the file is for: the names of registers in Args are this machine's.
	Machine elf.Machine

	// Location, Base and Semaphore are virtual addresses as the link editor wrote them: of the site,
	// of the section .stapsdt.base, and of the 16-bit count of attached tracers, 0 when the probe has none.
	Location, Base, Semaphore uint64

	// Args describes where each argument is when the site is reached, such as "8@%rdi -4@%esi". ParseArgs
	// decodes it.
	Args string

	// Address is Location moved by as much as .stapsdt.base was moved after linking, by prelink.
	// It is still relative to the load address of a position-independent file.
	Address uint64

	// FileOffset is where in the file the site is, in bytes: what a uprobe attaches to.
	FileOffset uint64

	// SemaphoreOffset is where in the file the semaphore is, in bytes: the kernel's ref_ctr_offset.
	// 0 when the probe has none, or one that is not there: see SemaphoreErr.
	SemaphoreOffset uint64
}

// Read returns the stapsdt notes of the executable or shared library r in the order of the file. A file
// without any gives nil and no error.
//
// Notes whose site is in no executable segment are left out: link editors that discard a function leave
// its notes behind. A file that has nothing else, though, is none that can be traced, such as one with the
// debugging symbols of another, and fails as one with a malformed note does; the error counts notes from 0,
// those of other owners included. Relocatable files, core dumps and files with more than 65,279 sections
// give an error that matches [errors.ErrUnsupported].
func Read(r io.ReaderAt) ([]Note, error) {
	notes, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("read stapsdt notes: %w", err)
	}
	return notes, nil
}

// ReadFile is [Read] for the file at path.
func ReadFile(path string) ([]Note, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read stapsdt notes: %w", err)
	}
	defer f.Close()

	notes, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("read stapsdt notes: %s: %w", path, err)
	}
	return notes, nil
}

func read(r io.ReaderAt) ([]Note, error) {
	im, err := openImage(r)
	if err != nil {
		return nil, err
	}

	var notes []Note
	var dead error // about the first note whose site is nowhere
	index := 0
	for _, s := range im.noteSections {
		rest, err := im.bytesAt(s.off, s.size)
		if err != nil {
			return nil, fmt.Errorf("section %s: %w", noteSection, err)
		}
		for ; len(rest) > 0; index++ {
			var n elfNote
			if n, rest, err = im.cutNote(rest); err != nil {
				return nil, fmt.Errorf("note %d: %w", index, err)
			}
			if !n.isProbe() {
				continue
			}
			note, err := im.probe(n.desc)
			if err != nil {
				return nil, fmt.Errorf("note %d: %w", index, err)
			}
			if im.isTombstone(note.Location) {
				continue
			}
			if im.locate(&note) {
				notes = append(notes, note)
			} else if dead == nil {
				dead = fmt.Errorf("note %d: %w", index, malformed("site at %#x is in no executable segment", note.Address))
			}
		}
	}
	if len(notes) == 0 {
		return nil, dead
	}
	return notes, nil
}

// formatError matches ErrFormat and says what is wrong.
type formatError string

func (e formatError) Error() string { return ErrFormat.Error() + ": " + string(e) }
func (formatError) Unwrap() error   { return ErrFormat }

func malformed(format string, args ...any) error {
	return formatError(fmt.Sprintf(format, args...))
}
