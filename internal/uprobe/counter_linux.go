package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// Counter counts how often an instruction of a file runs. Its methods are not
// safe for concurrent use.
type Counter struct {
	events []*os.File
}

// CountProbe attaches, as Count does, to the probe called name in the file at path, whose notes say
// where it is.
func CountProbe(path, name string) (*Counter, error) {
	offset, err := siteOffset(path, name)
	if err != nil {
		return nil, err
	}
	return Count(path, offset)
}

// CountThread is like CountProbe but counts what the calling thread runs, which it does with one
// event: a hit costs as little as it can. The goroutine must be locked to its thread.
func CountThread(path, name string) (*Counter, error) {
	offset, err := siteOffset(path, name)
	if err != nil {
		return nil, err
	}
	return count(path, offset, []target{{thisThread, anyCPU}})
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

// Count attaches to the instruction at offset bytes into the file at path. It needs
// CAP_SYS_ADMIN. The caller closes the counter.
//
// Perf events of the uprobe PMU (Linux 4.17) do it, one for each processor: nothing appears in
// tracefs, and the kernel detaches when the process ends.
func Count(path string, offset uint64) (*Counter, error) {
	cpus, err := onlineCPUs()
	if err != nil {
		return nil, err
	}
	targets := make([]target, len(cpus))
	for i, cpu := range cpus {
		targets[i] = target{allProcesses, cpu}
	}
	return count(path, offset, targets)
}

// target is what a perf event is about, as perf_event_open(2) has it.
type target struct{ pid, cpu int }

func count(path string, offset uint64, targets []target) (*Counter, error) {
	c := new(Counter)
	for _, t := range targets {
		event, err := openEvent(path, offset, 0, t.pid, t.cpu)
		if err != nil {
			err = fmt.Errorf("attach to %s+%#x: %w", path, offset, err)
			return nil, errors.Join(err, c.Close())
		}
		c.events = append(c.events, event)
	}
	return c, nil
}

// onlineCPUs returns the numbers of all processors that run, also of those that this process may
// not use.
func onlineCPUs() ([]int, error) {
	const file = "/sys/devices/system/cpu/online"
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("find processors: %w", err)
	}
	return parseCPUs(strings.TrimSpace(string(text)))
}

// parseCPUs reads a list such as 0-3,8.
func parseCPUs(list string) ([]int, error) {
	var cpus []int
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("list of processors %q: %w", list, err)
		}
		to, err := strconv.Atoi(last)
		if err != nil {
			return nil, fmt.Errorf("list of processors %q: %w", list, err)
		}
		for cpu := from; cpu <= to; cpu++ {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
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
