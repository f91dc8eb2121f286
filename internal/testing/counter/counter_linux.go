package counter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/perfevent"
)

// A Counter counts how often an instruction of a file runs. It consists of perf events of the
// uprobe PMU (Linux 4.17): nothing appears in tracefs, and the kernel detaches when the process
// ends. Its methods are not safe for concurrent use.
type Counter struct {
	events []*os.File
}

// Open attaches to the instruction at offset bytes into the file at path. It counts in all
// processes, by one perf event for each processor. It needs CAP_SYS_ADMIN. The caller closes the
// Counter.
func Open(path string, offset uint64) (*Counter, error) {
	cpus, err := perfevent.OnlineCPUs()
	if err != nil {
		return nil, err
	}
	of := make([]whom, len(cpus))
	for i, cpu := range cpus {
		of[i] = whom{perfevent.AllProcesses, cpu}
	}
	return open(path, offset, of)
}

// OpenProbe is like Open, for the site of the probe called name in the file at path. The provider
// does not matter. Of several sites it takes the first.
func OpenProbe(path, name string) (*Counter, error) {
	offset, err := siteOffset(path, name)
	if err != nil {
		return nil, err
	}
	return Open(path, offset)
}

// OpenThread is like OpenProbe but counts only in the calling thread, to which the goroutine must
// be locked. One perf event is enough for this: a hit costs as little as possible.
func OpenThread(path, name string) (*Counter, error) {
	offset, err := siteOffset(path, name)
	if err != nil {
		return nil, err
	}
	return open(path, offset, []whom{{perfevent.ThisThread, perfevent.AnyCPU}})
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

// A whom says whose hits a perf event counts: the parameters of perf_event_open(2).
type whom struct{ pid, cpu int }

func open(path string, offset uint64, of []whom) (*Counter, error) {
	c := new(Counter)
	place := perfevent.Place{Path: path, Offset: offset}
	for _, s := range of {
		event, err := perfevent.Open(place, s.pid, s.cpu)
		if err != nil {
			err = fmt.Errorf("attach to %s+%#x: %w", path, offset, err)
			return nil, errors.Join(err, c.Close())
		}
		c.events = append(c.events, event)
	}
	return c, nil
}

// Value returns how often the instruction has run since the Counter was opened.
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

// Close detaches. It is safe to call twice.
func (c *Counter) Close() error {
	var errs []error
	for _, e := range c.events {
		errs = append(errs, e.Close())
	}
	c.events = nil
	return errors.Join(errs...)
}
