//go:build linux && (amd64 || arm64)

package guest

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// sampler receives the argument registers whenever the thread that made the sampler hits a site.
type sampler struct {
	t    *testing.T
	args []string // of the note, such as "-4@%rdi"
	ring []byte   // a header page, then a page of records
}

// sample attaches to a probe. It locks the goroutine to its thread, because only this thread's
// hits are sampled. The samples are in the ring when the fire returns. The end of the test
// detaches.
func sample(t *testing.T, path string, n sdtnote.Note) *sampler {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	s := &sampler{t: t, args: strings.Fields(n.Args)}
	const anyCPU, noGroup = -1, -1
	fd, err := unix.PerfEventOpen(s.attr(path, n.FileOffset), 0, anyCPU, noGroup,
		unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		t.Fatalf("attach to %s: perf_event_open: %v", n.Name, err)
	}
	s.ring, err = unix.Mmap(fd, 0, 2*os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	unix.Close(fd) // the mapping keeps the event
	if err != nil {
		t.Fatalf("map records: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(s.ring); err != nil {
			t.Error(err)
		}
	})
	return s
}

// attr describes an event of the uprobe PMU (Linux 4.17) that samples the registers at each hit.
func (s *sampler) attr(path string, offset uint64) *unix.PerfEventAttr {
	s.t.Helper()
	text, err := os.ReadFile("/sys/bus/event_source/devices/uprobe/type")
	if err != nil {
		s.t.Fatal(err)
	}
	pmu, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		s.t.Fatal(err)
	}
	name := append([]byte(path), 0)
	var pinner runtime.Pinner
	pinner.Pin(&name[0])
	s.t.Cleanup(pinner.Unpin)
	return &unix.PerfEventAttr{
		Type:             uint32(pmu),
		Size:             uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
		Ext1:             uint64(uintptr(unsafe.Pointer(&name[0]))), // uprobe_path
		Ext2:             offset,                                    // probe_offset
		Sample:           1,                                         // a record each time
		Sample_type:      unix.PERF_SAMPLE_REGS_USER,
		Sample_regs_user: registerMask(),
	}
}

// hits returns the arguments of the hits since the last call, decoded as the note says.
func (s *sampler) hits() [][]uint64 {
	s.t.Helper()
	page := (*unix.PerfEventMmapPage)(unsafe.Pointer(&s.ring[0]))
	data := s.ring[os.Getpagesize():]
	var hits [][]uint64
	head := atomic.LoadUint64(&page.Data_head)
	for tail := page.Data_tail; tail < head; {
		record := make([]byte, recordSize)
		for i := range record {
			record[i] = data[(tail+uint64(i))%uint64(len(data))]
		}
		values, err := decode(record)
		if err != nil {
			s.t.Fatal(err)
		}
		hits = append(hits, s.arguments(values))
		tail += recordSize
		atomic.StoreUint64(&page.Data_tail, tail)
	}
	return hits
}

// A register has a name in notes and a number in the mask of a perf event.
type register struct {
	name   string
	number int
}

func registerMask() (mask uint64) {
	for _, r := range registers {
		mask |= 1 << r.number
	}
	return mask
}

// A sample has a header of 8 bytes, the ABI of the registers, and the registers in the order of
// their numbers.
const recordSize = 8 + 8 + 8*6

func decode(record []byte) (map[string]uint64, error) {
	order := binary.NativeEndian
	kind, size, abi := order.Uint32(record), order.Uint16(record[6:]), order.Uint64(record[8:])
	if kind != unix.PERF_RECORD_SAMPLE || size != recordSize || abi != unix.PERF_SAMPLE_REGS_ABI_64 {
		return nil, fmt.Errorf("record of type %d, %d bytes and ABI %d", kind, size, abi)
	}
	byNumber := slices.SortedFunc(slices.Values(registers),
		func(a, b register) int { return a.number - b.number })
	values := make(map[string]uint64)
	for i, r := range byNumber {
		values[r.name] = order.Uint64(record[16+8*i:])
	}
	return values, nil
}

// arguments reads the arguments from the registers. It extends narrow ones to 64 bits, signed or
// not.
func (s *sampler) arguments(registers map[string]uint64) []uint64 {
	s.t.Helper()
	var values []uint64
	for _, arg := range s.args {
		sizeText, name, _ := strings.Cut(arg, "@")
		size, err := strconv.Atoi(sizeText)
		value, ok := registers[name]
		if err != nil || !ok {
			s.t.Fatalf("argument %q of %q", arg, s.args)
		}
		unused := 64 - 8*max(size, -size)
		if size < 0 {
			value = uint64(int64(value) << unused >> unused)
		} else {
			value = value << unused >> unused
		}
		values = append(values, value)
	}
	return values
}
