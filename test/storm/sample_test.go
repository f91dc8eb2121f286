//go:build linux && (amd64 || arm64)

package storm

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

// A sample has quantities by name.
type sample map[string]float64

// set adds what only a program itself knows.
func (s sample) set(heapBytes uint64, inAll int) {
	s[heap], s[goroutines] = float64(heapBytes)/(1<<20), float64(inAll)
}

// sampleProcess says what the kernel knows of a process.
func sampleProcess(pid int) (sample, error) {
	dir := fmt.Sprintf("/proc/%d/", pid)
	memory, err := fields(dir+"smaps_rollup", map[string]string{rss: "Rss", pss: "Pss"})
	if err != nil {
		return nil, err
	}
	maps, err := os.ReadFile(dir + "maps")
	if err != nil {
		return nil, err
	}
	memory[mappings] = float64(bytes.Count(maps, []byte("\n")))
	for name, entries := range map[string]string{descriptors: "fd", threads: "task"} {
		list, err := os.ReadDir(dir + entries)
		if err != nil {
			return nil, err
		}
		memory[name] = float64(len(list))
	}
	return memory, nil
}

// sampleMachine says what the machine has, whoever made it.
func sampleMachine() (sample, error) {
	s, err := fields("/proc/meminfo",
		map[string]string{kernelMemory: "SUnreclaim", perCPU: "Percpu", shared: "Shmem"})
	if err != nil {
		return nil, err
	}
	counts := map[string]func() (int, error){
		bpfPrograms:  func() (int, error) { return countIDs(ebpf.ProgramGetNextID) },
		bpfMaps:      func() (int, error) { return countIDs(ebpf.MapGetNextID) },
		bpfLinks:     countLinks,
		uprobeEvents: countEvents,
	}
	for name, count := range counts {
		n, err := count()
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", name, err)
		}
		s[name] = float64(n)
	}
	return s, nil
}

// fields reads lines such as "Rss:  12 kB" of a file in /proc, and returns MiB by our names.
func fields(path string, wanted map[string]string) (sample, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	kilobytes := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kilobytes[name] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB"))
	}
	s := make(sample)
	for name, theirs := range wanted {
		n, err := strconv.Atoi(kilobytes[theirs])
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", theirs, path, err)
		}
		s[name] = float64(n) / 1024
	}
	return s, nil
}

// countIDs counts what the kernel has of the objects that BPF numbers.
func countIDs[ID ~uint32](next func(ID) (ID, error)) (n int, err error) {
	for id := ID(0); ; n++ {
		if id, err = next(id); err != nil {
			if errors.Is(err, os.ErrNotExist) {
				return n, nil
			}
			return 0, err
		}
	}
}

func countLinks() (n int, err error) {
	it := new(link.Iterator)
	defer it.Close()
	for it.Next() {
		n++
	}
	return n, it.Err()
}

// countEvents counts the uprobes that tools have made in tracefs. Where it is not mounted, they
// cannot.
func countEvents() (int, error) {
	text, err := os.ReadFile("/sys/kernel/tracing/uprobe_events")
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	return bytes.Count(text, []byte("\n")), err
}
