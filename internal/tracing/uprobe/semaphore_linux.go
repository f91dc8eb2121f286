package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// semaphores are the semaphores in which this process has counted itself. A semaphore is a 16-bit
// count of tracers in the memory of a process, by which the program knows that a probe is traced.
// The sites of a probe share it. Before Linux 4.20 tracers must count themselves, which two of them
// cannot do atomically.
type semaphores []countedSemaphore

type countedSemaphore struct {
	pid     int
	address uint64
}

// countInSemaphores counts this tracer once for each address in the process.
func (s *session) countInSemaphores(pid int, addresses []uint64) error {
	if pid == 0 {
		return errors.New("the probe has a semaphore, which before Linux 4.20 " +
			"cannot be traced in all processes: name one")
	}
	for _, address := range addresses {
		if slices.Contains(s.semaphores, countedSemaphore{pid, address}) {
			continue
		}
		if err := addToSemaphore(pid, address, 1); err != nil {
			return err
		}
		s.semaphores = append(s.semaphores, countedSemaphore{pid, address})
	}
	return nil
}

// restore removes this tracer from the counts. It is no error when a process has ended.
func (s *semaphores) restore() error {
	var errs []error
	for _, counted := range *s {
		err := addToSemaphore(counted.pid, counted.address, -1)
		ended := errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) ||
			errors.Is(err, io.EOF)
		if !ended {
			errs = append(errs, err)
		}
	}
	*s = nil
	return errors.Join(errs...)
}

func addToSemaphore(pid int, address uint64, delta int) error {
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("count in semaphore: %w", err)
	}
	defer memory.Close()
	var count [2]byte
	at := int64(address) // #nosec G115 -- programs have the lower half of the addresses
	if _, err := memory.ReadAt(count[:], at); err != nil {
		return fmt.Errorf("read semaphore: %w", err)
	}
	n := int(binary.NativeEndian.Uint16(count[:])) + delta
	n = min(max(n, 0), math.MaxUint16)
	binary.NativeEndian.PutUint16(count[:], uint16(n))
	if _, err := memory.WriteAt(count[:], at); err != nil {
		return fmt.Errorf("write semaphore: %w", err)
	}
	return nil
}
