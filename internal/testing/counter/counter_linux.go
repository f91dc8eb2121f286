package counter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/perfevent"
)

// Counter counts how often an instruction of a file runs. Its methods are not
// safe for concurrent use.
type Counter struct {
	events []*os.File
}

// OpenProbe attaches, as Open does, to the probe called name in the file at path, whose notes say
// where it is.
func OpenProbe(path, name string) (*Counter, error) {
	offset, err := siteOffset(path, name)
	if err != nil {
		return nil, err
	}
	return Open(path, offset)
}

// OpenThread is like OpenProbe but counts what the calling thread runs, which it does with one
// event: a hit costs as little as it can. The goroutine must be locked to its thread.
func OpenThread(path, name string) (*Counter, error) {
	offset, err := siteOffset(path, name)
	if err != nil {
		return nil, err
	}
	return open(path, offset, []scope{{perfevent.ThisThread, perfevent.AnyCPU}})
}

func siteOffset(path, name string) (uint64, error) {
	notes, err := sdtnote.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for _, n := range notes {
		if n.Name == name {
			return n.FileOffset, nil
		}
	}
	return 0, fmt.Errorf("%s has no probe %s", path, name)
}

// Open attaches to the instruction at offset bytes into the file at path. It needs
// CAP_SYS_ADMIN. The caller closes the counter.
//
// Perf events of the uprobe PMU (Linux 4.17) do it, one for each processor: nothing appears in
// tracefs, and the kernel detaches when the process ends.
func Open(path string, offset uint64) (*Counter, error) {
	cpus, err := perfevent.OnlineCPUs()
	if err != nil {
		return nil, err
	}
	scopes := make([]scope, len(cpus))
	for i, cpu := range cpus {
		scopes[i] = scope{perfevent.AllProcesses, cpu}
	}
	return open(path, offset, scopes)
}

// A scope says whose hits an event counts, as perf_event_open(2) has it.
type scope struct{ pid, cpu int }

func open(path string, offset uint64, scopes []scope) (*Counter, error) {
	c := new(Counter)
	for _, s := range scopes {
		event, err := perfevent.Open(perfevent.Place{Path: path, Offset: offset}, s.pid, s.cpu)
		if err != nil {
			err = fmt.Errorf("attach to %s+%#x: %w", path, offset, err)
			return nil, errors.Join(err, c.Close())
		}
		c.events = append(c.events, event)
	}
	return c, nil
}

// Value returns the number of times so far.
func (c *Counter) Value() (uint64, error) {
	var sum uint64
	for _, e := range c.events {
		var count [8]byte
		if _, err := e.Read(count[:]); err != nil {
			return 0, fmt.Errorf("read counter: %w", err)
		}
		sum += binary.NativeEndian.Uint64(count[:])
	}
	return sum, nil
}

// Close detaches.
func (c *Counter) Close() error {
	var errs []error
	for _, e := range c.events {
		errs = append(errs, e.Close())
	}
	c.events = nil
	return errors.Join(errs...)
}
