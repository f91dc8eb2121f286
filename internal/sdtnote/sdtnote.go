// Package sdtnote reads the static probes that an ELF file declares: the stapsdt notes, from which
// every tracer learns where the probes of a program or library are.
//
// The format is version 3 of the one described at
// https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation. Files of both classes and
// both byte orders are read, whatever the machine.
//
// Files come from anywhere, also from other users' processes. So a malformed file gives an error,
// never a panic, and no size that a file claims is trusted: nothing outside of the file is read,
// and all notes of a file together may take 4 MiB, room for some 40,000 probes. debug/elf.NewFile
// will not do, because it loads a table of section names of any size, and decompresses one that is
// marked as compressed. It also would add hundreds of kilobytes to every program with probes.
package sdtnote

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-usdt/usdt/internal/elf"
)

// ErrFormat is matched by errors about a file that is not ELF or that contradicts itself. It is not
// matched by errors of the reader, or by those that match [errors.ErrUnsupported].
var ErrFormat = errors.New("malformed ELF file")

// ErrNotELF is matched by the error about a file that does not begin like an ELF file. It matches
// ErrFormat.
var ErrNotELF error = formatError("no ELF magic number")

// A Note is one probe as its ELF note describes it. A probe that the compiler inlined or copied has
// several notes, which differ in their addresses and perhaps in their arguments.
//
// The strings are copied from the file up to the NUL. Provider and Name are not empty. Nothing else
// is checked, so quote the strings before they go to a terminal.
type Note struct {
	Provider, Name string

	// Machine is the machine that the file is for. The names of registers in Args are this machine's.
	Machine elf.Machine

	// Location, Base and Semaphore are virtual addresses as the link editor wrote them: that of the
	// site, of the section .stapsdt.base, and of the 16-bit count of attached tracers, which is 0 if
	// the probe has none.
	Location, Base, Semaphore uint64

	// Args says where each argument is when the site is reached, such as "8@%rdi -4@%esi". Package
	// operand decodes it.
	Args string

	// Address is Location, moved by as much as prelink moved .stapsdt.base after linking. It is
	// still relative to the load address of a position-independent file.
	Address uint64

	// FileOffset is the offset of the site in the file, in bytes. A uprobe attaches there.
	FileOffset uint64

	// SemaphoreOffset is the offset of the semaphore in the file, in bytes: the kernel's
	// ref_ctr_offset. It is 0 if the probe has no semaphore, or if the semaphore is not in the file:
	// see SemaphoreErr.
	SemaphoreOffset uint64
}

// Read returns the stapsdt notes of the executable or shared library r in the order of the file. A
// file without notes gives nil and no error.
//
// Notes whose site is in no executable segment are left out: link editors that discard a function
// leave its notes behind. A file that has only such notes is an error, like one with a malformed
// note: it cannot be traced, and may be a file with the debugging symbols of another. The error
// counts notes from 0, including those of other owners.
//
// Relocatable files, core dumps and files with more than 65,279 sections give an error that matches
// [errors.ErrUnsupported].
func Read(r io.ReaderAt) ([]Note, error) {
	notes, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("read stapsdt notes: %w", err)
	}
	return notes, nil
}

// ReadFile is [Read] for the file at path, which nobody else has chosen: to open a FIFO could take
// forever.
func ReadFile(path string) ([]Note, error) {
	f, err := os.Open(path) // #nosec G304 -- the caller trusts it
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
	var notes []Note
	err := each(r, func(n Note) { notes = append(notes, n) })
	if err != nil {
		return nil, err
	}
	return notes, nil
}

// Each calls found for each of the notes that [Read] returns, in their order. After an error some
// may have been found.
func Each(r io.ReaderAt, found func(Note)) error {
	if err := each(r, found); err != nil {
		return fmt.Errorf("read stapsdt notes: %w", err)
	}
	return nil
}

func each(r io.ReaderAt, found func(Note)) error {
	e, err := openELF(r)
	if err != nil {
		return err
	}

	err = e.each(found)
	e.freeBlock()
	return err
}

func (e *elfFile) each(found func(Note)) error {
	var dead error // about the first note whose site is not in the file
	live, index := 0, 0
	for _, s := range e.noteSections {
		rest, err := e.bytesAt(s.off, s.size)
		if err != nil {
			return fmt.Errorf("section %s: %w", noteSection, err)
		}
		for ; len(rest) > 0; index++ {
			var n elfNote
			if n, rest, err = e.cutNote(rest); err != nil {
				return fmt.Errorf("note %d: %w", index, err)
			}
			if !n.isProbe() {
				continue
			}
			note, err := e.probe(n.desc)
			if err != nil {
				return fmt.Errorf("note %d: %w", index, err)
			}
			if e.isTombstone(note.Location) {
				continue
			}
			if e.locate(&note) {
				live++
				found(note)
			} else if dead == nil {
				err := malformed("site at %#x is in no executable segment", note.Address)
				dead = fmt.Errorf("note %d: %w", index, err)
			}
		}
	}
	if live == 0 {
		return dead
	}
	return nil
}

// formatError matches ErrFormat and says what is wrong.
type formatError string

func (e formatError) Error() string { return ErrFormat.Error() + ": " + string(e) }
func (formatError) Unwrap() error   { return ErrFormat }

func malformed(format string, args ...any) error {
	return formatError(fmt.Sprintf(format, args...))
}
