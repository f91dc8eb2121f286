package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"
)

// A semaphore is the 16-bit count of tracers in the memory of a process, by which a program knows that one
// of its probes is traced. Before Linux 4.20 tracers count in it themselves.
type semaphore struct {
	pid       int
	addresses []uint64
}

// linkWithSemaphore is linkEvent for kernels that do not count semaphores.
func (s *session) linkWithSemaphore(prog *ebpf.Program, site Site) (io.Closer, error) {
	if s.options.PID == 0 {
		return nil, errors.New("the probe has a semaphore, which before Linux 4.20 cannot be traced in all processes: name one")
	}
	event, err := s.linkEvent(prog, site, 0)
	if err != nil {
		return nil, err
	}
	count := semaphore{s.options.PID, site.SemaphoreAddresses}
	if err := count.add(1); err != nil {
		return nil, errors.Join(err, event.Close())
	}
	return closers{event, count}, nil
}

// Close takes this tracer off the count. A process that has ended needs no count.
func (s semaphore) Close() error {
	err := s.add(-1)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// add adds delta to the counts. It cannot be atomic; this is how tracers have always done it.
func (s semaphore) add(delta int) error {
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", s.pid), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("count in semaphore: %w", err)
	}
	defer memory.Close()
	for _, address := range s.addresses {
		var count [2]byte
		if _, err := memory.ReadAt(count[:], int64(address)); err != nil {
			return fmt.Errorf("read semaphore: %w", err)
		}
		n := int(binary.NativeEndian.Uint16(count[:])) + delta
		binary.NativeEndian.PutUint16(count[:], uint16(max(n, 0)))
		if _, err := memory.WriteAt(count[:], int64(address)); err != nil {
			return fmt.Errorf("write semaphore: %w", err)
		}
	}
	return nil
}
