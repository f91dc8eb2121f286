package watch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ringBytes is the memory of a ring, but for its first page: a power of two of pages. Unprivileged
// users may lock twice as much for each processor: /proc/sys/kernel/perf_event_mlock_kb.
const ringBytes = 256 << 10

// A ring is what the kernel writes of what happens on one processor: perf_event_open(2), "MMAP
// layout".
type ring struct {
	fd     int
	memory []byte
	data   []byte
	page   *unix.PerfEventMmapPage
	record []byte // the memory of a record that goes over the end of the ring
}

func openRing(cpu int) (*ring, error) {
	const everyProcess, noGroup = -1, -1
	attr := &unix.PerfEventAttr{
		Type:   unix.PERF_TYPE_SOFTWARE,
		Size:   uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
		Config: unix.PERF_COUNT_SW_DUMMY,
		Bits: unix.PerfBitMmap | unix.PerfBitMmap2 | unix.PerfBitTask | unix.PerfBitWatermark |
			unix.PerfBitExcludeKernel,
		Wakeup: 1, // byte
	}
	fd, err := unix.PerfEventOpen(attr, everyProcess, cpu, noGroup, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("watch processor %d: %w", cpu,
			os.NewSyscallError("perf_event_open", err))
	}
	page := os.Getpagesize()
	memory, err := unix.Mmap(fd, 0, page+ringBytes, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_SHARED)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("watch processor %d: %w", cpu,
			os.NewSyscallError("mmap", err)), unix.Close(fd))
	}
	return &ring{
		fd: fd, memory: memory, data: memory[page:],
		page: (*unix.PerfEventMmapPage)(unsafe.Pointer(&memory[0])), // #nosec G103 -- its layout
	}, nil
}

// read adds the events that are there.
func (r *ring) read(events []Event) []Event {
	head, tail := atomic.LoadUint64(&r.page.Data_head), r.page.Data_tail
	for tail < head {
		header := r.at(tail, headerSize)
		size := binary.NativeEndian.Uint16(header[6:])
		if size < headerSize || uint64(size) > head-tail {
			tail = head // the kernel never writes that
			break
		}
		if e, ok := parse(r.at(tail, int(size))); ok {
			events = append(events, e)
		}
		tail += uint64(size)
	}
	atomic.StoreUint64(&r.page.Data_tail, tail)
	return events
}

// at returns bytes of the ring, which are valid until the next call.
func (r *ring) at(position uint64, size int) []byte {
	begin := int(position % uint64(len(r.data))) // #nosec G115 -- less than a length
	if rest := r.data[begin:]; len(rest) >= size {
		return rest[:size]
	}
	r.record = append(r.record[:0], r.data[begin:]...)
	r.record = append(r.record, r.data[:size-len(r.record)]...)
	return r.record
}

func (r *ring) close() error {
	return errors.Join(os.NewSyscallError("munmap", unix.Munmap(r.memory)),
		os.NewSyscallError("close", unix.Close(r.fd)))
}
