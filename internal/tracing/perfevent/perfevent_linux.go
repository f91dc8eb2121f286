package perfevent

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

const pmu = "/sys/bus/event_source/devices/uprobe"

// Values of the parameters pid and cpu of [Open], the same as of perf_event_open(2).
const (
	AllProcesses = -1 // pid: every process, on one processor
	ThisThread   = 0  // pid: the calling thread
	AnyCPU       = -1 // cpu: every processor, for one process or thread
)

// semaphoreShift is the position of the semaphore's file offset in the event's config, as the PMU's
// format/ref_ctr_offset says.
const semaphoreShift = 32

// A Place is an instruction of a file.
type Place struct {
	Path   string
	Offset uint64 // of the instruction, in bytes into the file

	// Semaphore is the file offset of the semaphore in which the kernel counts tracers (Linux
	// 4.20), or 0 for none.
	Semaphore uint64
}

// Open opens an event at p, which counts hits until the file is closed. It needs CAP_SYS_ADMIN.
func Open(p Place, pid, cpu int) (*os.File, error) {
	kind, err := pmuType()
	if err != nil {
		return nil, err
	}
	name, err := unix.BytePtrFromString(p.Path)
	if err != nil {
		return nil, err
	}
	// The kernel gets the address as an integer. Pinned bytes are not on the stack, which can move.
	var pinner runtime.Pinner
	pinner.Pin(name)
	defer pinner.Unpin()
	attr := &unix.PerfEventAttr{
		Type:   kind,
		Size:   uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
		Config: p.Semaphore << semaphoreShift,
		Ext1:   uint64(uintptr(unsafe.Pointer(name))), // #nosec G103 -- uprobe_path, which is pinned
		Ext2:   p.Offset,                              // probe_offset
	}
	fd, err := unix.PerfEventOpen(attr, pid, cpu, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("perf_event_open", err)
	}
	return os.NewFile(uintptr(fd), "perf event"), nil
}

// CountsSemaphores reports whether the kernel counts tracers in semaphores. It looks for the format
// that Linux 1cc33161a83d (4.20) has added to the PMU.
func CountsSemaphores() bool {
	_, err := os.Stat(pmu + "/format/ref_ctr_offset")
	return err == nil
}

func pmuType() (uint32, error) {
	const file = pmu + "/type"
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf(
			"find uprobe PMU (Linux 4.17 with CONFIG_UPROBE_EVENTS, /sys mounted): %w", err)
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", file, err)
	}
	return uint32(n), nil
}
