//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/cstub"
	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// slots are sites in a file that this process has mapped. The argument of each is a word of an
// array, whose address is in a register.
type slots struct {
	probes    []uprobe.Probe
	code      unsafe.Pointer
	semaphore *uint16
	words     []uint64
}

const (
	slotSize    = 16
	codeOffset  = 1 << 16 // a multiple of every page size
	semaphoreAt = 8
)

// newSlots makes n sites, each of a probe of its own. If they are different, so are the operands:
// each reads another word. They are counted in one semaphore, or have none.
func newSlots(t testing.TB, n int, areDifferent, haveSemaphore bool) *slots {
	t.Helper()
	machine, ret, operand := elf.EM_X86_64, "\xc3", "8@%d(%%rdi)"
	if runtime.GOARCH == "arm64" {
		machine, ret, operand = elf.EM_AARCH64, "\xc0\x03\x5f\xd6", "8@[x0, %d]"
	}
	text := make([]byte, codeOffset+slotSize*n)
	s := &slots{words: make([]uint64, n)}
	path := filepath.Join(t.TempDir(), "slots")
	for i := range n {
		offset := codeOffset + slotSize*i
		copy(text[offset:], string(probesite.Nop.Code(machine))+ret)
		s.words[i] = uint64(3*i + 1)
		note := sdtnote.Note{
			Provider: "slots", Name: fmt.Sprintf("slot%d", i), Machine: machine,
			Args: fmt.Sprintf(operand, 0), FileOffset: uint64(offset), Address: uint64(offset),
		}
		if areDifferent {
			note.Args = fmt.Sprintf(operand, 8*i)
		}
		if haveSemaphore {
			note.Semaphore, note.SemaphoreOffset = semaphoreAt, semaphoreAt
		}
		s.probes = append(s.probes, uprobe.Probe{
			Provider: note.Provider, Name: note.Name, Sites: []uprobe.Site{{Path: path, Note: note}},
		})
	}
	if err := os.WriteFile(path, text, 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s.code = mapFile(t, file, codeOffset, slotSize*n, unix.PROT_READ|unix.PROT_EXEC)
	data := mapFile(t, file, 0, codeOffset, unix.PROT_READ|unix.PROT_WRITE)
	s.semaphore = (*uint16)(unsafe.Add(data, semaphoreAt))
	return s
}

func mapFile(t testing.TB, file *os.File, offset int64, size, protection int) unsafe.Pointer {
	t.Helper()
	mapping, err := unix.Mmap(int(file.Fd()), offset, size, protection, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(mapping); err != nil {
			t.Error(err)
		}
	})
	return unsafe.Pointer(&mapping[0])
}

// fire hits a site.
func (s *slots) fire(i int) {
	entry := unsafe.Add(s.code, slotSize*i)
	args := [cstub.MaxArgs]uint64{uint64(uintptr(unsafe.Pointer(&s.words[0])))}
	cstub.Call(&entry, nil, &args)
	runtime.KeepAlive(s)
}
