//go:build linux && (amd64 || arm64)

package storm

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"

	"github.com/go-usdt/usdt/test/storm/event"
)

// printNarrow prints an event of the probe at which gdb has stopped.
const printNarrow = `printf "` + narrowName + ` %lu %d %u %d %u %lu\n", $_probe_arg0, ` +
	`$_probe_arg1, $_probe_arg2, $_probe_arg3, $_probe_arg4, $_probe_arg5`

// gdbSettings keep from the program the signal by which the runtime preempts goroutines. While the
// runtime stops the world it repeats the signal to a thread in code that it cannot preempt, such as
// a landing. gdb, which steps over its breakpoint there, delivers each signal before it tries the
// step again, and so may never get over it.
var gdbSettings = []string{
	"set pagination off",
	"handle SIGURG nostop noprint nopass",
	"handle SIGUSR1 SIGPROF nostop noprint pass",
}

// gdb attaches, stops at a steady probe a few times, and detaches.
func (v *visit) gdb(draws *rand.Rand) {
	commands := append(slices.Clone(gdbSettings), "break -probe-stap "+narrowName)
	stops := draws.IntN(10) // none: it only attaches
	for range stops {
		commands = append(commands, "continue", printNarrow)
	}
	args := []string{"-nx", "-batch", "-p", strconv.Itoa(v.program.PID())}
	for _, c := range append(commands, "delete", "detach") {
		args = append(args, "-ex", c)
	}
	cmd := exec.Command("gdb", args...)
	cmd.Env = append(os.Environ(), "HOME=/nonexistent", "DEBUGINFOD_URLS=")
	var events event.Verifier
	g := trace(v, cmd, "", func(line string) error { return verifyPrinted(&events, line) })
	g.awaitEnd(v)
	if n := events.Total(); n != uint64(stops) {
		v.Fatalf("gdb stopped %d times of %d\n%s", n, stops, g.said())
	}
	v.attached()
	v.settle(&events, 0)
}
