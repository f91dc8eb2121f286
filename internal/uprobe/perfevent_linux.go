package uprobe

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

const uprobePMU = "/sys/bus/event_source/devices/uprobe"

// semaphoreShift is where the PMU's config holds the file offset of a semaphore, see its format/ref_ctr_offset.
const semaphoreShift = 32

// Whom a perf event is about, as perf_event_open(2) has it.
const (
	allProcesses = -1
	thisThread   = 0
	anyCPU       = -1
)

// openEvent opens an event of the uprobe PMU (Linux 4.17) for the instruction at offset bytes into the
// file at path: nothing appears in tracefs, and the kernel detaches when the descriptor is closed.
// semaphore is a file offset or 0.
func openEvent(path string, offset, semaphore uint64, pid, cpu int) (*os.File, error) {
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
		Type:   pmu,
		Size:   uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
		Config: semaphore << semaphoreShift,
		Ext1:   uint64(uintptr(unsafe.Pointer(name))), // uprobe_path
		Ext2:   offset,                                // probe_offset
	}
	fd, err := unix.PerfEventOpen(attr, pid, cpu, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("perf_event_open", err)
	}
	return os.NewFile(uintptr(fd), "perf event"), nil
}

func pmuType() (uint32, error) {
	const file = uprobePMU + "/type"
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
