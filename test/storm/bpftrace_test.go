//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/test/storm/event"
)

// Two probes with numbers only. Signed and unsigned ones are in the same places.
const (
	narrowName    = "steady:typed_narrow"
	wideName      = "steady:dynamic_wide"
	numbersFormat = "%llu %lld %llu %lld %llu %llu"
)

// bpftrace verifies events of two steady probes for a while.
func (v *visit) bpftrace(draws *rand.Rand) {
	var events event.Verifier
	v.startBpftrace(draws, &events).awaitEnd(v)
	v.attached()
	v.settle(&events, 0)
}

// startBpftrace starts a bpftrace that prints these events, which are verified as they come.
func (v *visit) startBpftrace(draws *rand.Rand, events *event.Verifier) *tracer {
	script := fmt.Sprintf("interval:ms:%d { exit(); }\n", 100+draws.IntN(1000))
	for _, name := range []string{narrowName, wideName} {
		script += fmt.Sprintf("usdt:%s:%s { printf(\"%s %s\\n\", %s); }\n",
			v.path, name, name, numbersFormat, "arg0, arg1, arg2, arg3, arg4, arg5")
	}
	pid := strconv.Itoa(v.program.PID())
	cmd := exec.Command("bpftrace", "-p", pid, "-B", "full", "-e", script)
	return trace(v, cmd, "", func(line string) error { return verifyPrinted(events, line) })
}

// verifyPrinted verifies a line that begins with the name of a steady probe; others are no events.
func verifyPrinted(v *event.Verifier, line string) error {
	name, numbers, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(name, "steady:") {
		return nil
	}
	var args []any
	for field := range strings.FieldsSeq(numbers) {
		n, err := number(field)
		if err != nil {
			return err
		}
		args = append(args, n)
	}
	return v.Verify(name, args)
}
