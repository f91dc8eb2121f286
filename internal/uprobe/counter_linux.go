// Package uprobe attaches to probe sites through the kernel's uprobes.
package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

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
	const self, anyCPU = 0, -1
	return count(path, offset, []target{{self, anyCPU}})
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
// CAP_PERFMON, or CAP_SYS_ADMIN before Linux 5.8. The caller closes the counter.
//
// Perf events of the uprobe PMU (Linux 4.17) do it, one for each processor: nothing appears in
// tracefs, and the kernel detaches when the process ends.
func Count(path string, offset uint64) (*Counter, error) {
	cpus, err := onlineCPUs()
	if err != nil {
		return nil, err
	}
	const allProcesses = -1
	targets := make([]target, len(cpus))
	for i, cpu := range cpus {
		targets[i] = target{allProcesses, cpu}
	}
	return count(path, offset, targets)
}

// target is what a perf event is about, as perf_event_open(2) has it.
type target struct{ pid, cpu int }

func count(path string, offset uint64, targets []target) (*Counter, error) {
	pmu, err := pmuType()
	if err != nil {
		return nil, err
	}
	name, err := unix.BytePtrFromString(path)
	if err != nil {
		return nil, err
	}
	// The kernel gets the address as an integer: the bytes must not be on the stack, which moves.
	var pinner runtime.Pinner
	pinner.Pin(name)
	defer pinner.Unpin()
	attr := &unix.PerfEventAttr{
		Type: pmu,
		Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
		Ext1: uint64(uintptr(unsafe.Pointer(name))), // uprobe_path
		Ext2: offset,                                // probe_offset
	}
	c := new(Counter)
	for _, t := range targets {
		fd, err := unix.PerfEventOpen(attr, t.pid, t.cpu, -1, unix.PERF_FLAG_FD_CLOEXEC)
		if err != nil {
			err = fmt.Errorf("attach to %s+%#x: %w", path, offset, os.NewSyscallError("perf_event_open", err))
			return nil, errors.Join(err, c.Close())
		}
		c.events = append(c.events, os.NewFile(uintptr(fd), "perf event"))
	}
	return c, nil
}

func pmuType() (uint32, error) {
	const file = "/sys/bus/event_source/devices/uprobe/type"
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("find uprobe PMU (Linux 4.17 with CONFIG_UPROBE_EVENTS, /sys mounted): %w", err)
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", file, err)
	}
	return uint32(n), nil
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
