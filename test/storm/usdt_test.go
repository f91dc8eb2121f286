//go:build linux && (amd64 || arm64)

package storm

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/test/storm/event"
)

// steady are arguments of usdt trace: flags that read texts and bytes, and mean nothing for probes
// without these, and patterns of the steady probes, but not of those added to their provider.
var steady = []string{"--str", "1,4", "--bytes", "2",
	"steady:*_narrow", "steady:*_wide", "steady:*_large", "steady:*_mixed"}

// A usdtTrace is a usdt trace whose events are verified.
type usdtTrace struct {
	*tracer
	events event.Verifier
}

// startUsdt starts usdt trace with further arguments.
func (r *run) startUsdt(t testenv.T, args ...string) *usdtTrace {
	t.Helper()
	cmd := exec.Command(r.usdt, append([]string{"trace", "--json", "-p", strconv.Itoa(r.program.PID()),
		"--buffer", "32", "--strlen", strconv.Itoa(event.MaxText)}, args...)...)
	u := new(usdtTrace)
	u.events.Ordered = kernel.Running().Features.RingBuffer
	u.tracer = trace(t, cmd, "usdt: tracing ", func(line string) error {
		return verifyJSON(&u.events, line)
	})
	return u
}

// verifyJSON verifies a line of usdt trace --json.
func verifyJSON(v *event.Verifier, line string) error {
	var e struct {
		Provider, Probe string
		Args            []any
	}
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&e); err != nil {
		return err
	}
	for i, arg := range e.Args {
		var err error
		switch a := arg.(type) {
		case json.Number:
			e.Args[i], err = number(string(a))
		case string:
			if i == 2 { // --bytes
				var b []byte
				b, err = base64.StdEncoding.DecodeString(a)
				e.Args[i] = string(b)
			}
		}
		if err != nil {
			return err
		}
	}
	return v.Verify(e.Provider+":"+e.Probe, e.Args)
}

// number returns an integer of either sign.
func number(s string) (any, error) {
	if strings.HasPrefix(s, "-") {
		return strconv.ParseInt(s, 10, 64)
	}
	return strconv.ParseUint(s, 10, 64)
}

var lastLine = regexp.MustCompile(`(?m)^usdt: (\d+) events?, (\d+) lost$`)

// end tells usdt to end. It would ignore SIGINT if this test was started in the background.
func (u *usdtTrace) end(v *visit) (lost uint64) {
	v.Helper()
	if err := u.Process.Signal(unix.SIGTERM); err != nil {
		v.Errorf("%v", err)
	}
	return u.leave(v)
}

// leave waits until usdt has ended, and returns how many events it has lost.
func (u *usdtTrace) leave(v *visit) (lost uint64) {
	v.Helper()
	u.awaitEnd(v)
	match := lastLine.FindStringSubmatch(u.stderr.String())
	if match == nil {
		v.Fatalf("usdt does not say how many events it wrote:\n%s", u.stderr)
	}
	if written := fmt.Sprint(u.events.Total()); written != match[1] {
		v.Errorf("received %s events, but usdt says %s", written, match[1])
	}
	lost, err := strconv.ParseUint(match[2], 10, 64)
	if err != nil {
		v.Fatalf("%v", err)
	}
	v.settle(&u.events, lost)
	return lost
}

// stayUsdt attaches a usdt that stays: what was fired is received or lost.
func (r *run) stayUsdt(t testenv.T) staying {
	t.Helper()
	u := r.startUsdt(t, steady...)
	if !u.awaitAttached(t) {
		t.Fatalf("usdt is not attached:\n%s", u.stderr)
	}
	return staying{"staying usdt", func(v *visit) {
		v.attached()
		lost := u.end(v)
		var fired uint64
		for probe, n := range r.report.Fired {
			fired += n
			if received := u.events.Received[probe]; received > n {
				v.Errorf("received %d events of %s, which was fired %d times", received, probe, n)
			}
		}
		if received := u.events.Total(); received+lost != fired {
			v.Errorf("received %d and lost %d events of %d", received, lost, fired)
		}
	}}
}

// traceSteady traces for a while what stays.
func (v *visit) traceSteady(draws *rand.Rand) {
	u := v.startUsdt(v, append([]string{"-d", duration(draws)}, steady...)...)
	if !u.awaitAttached(v) {
		v.Fatalf("usdt is not attached:\n%s", u.stderr)
	}
	v.attached()
	u.leave(v)
}

// traceFleet traces for a while what comes and goes. Maybe nothing is there, or it goes while usdt
// attaches.
func (v *visit) traceFleet(draws *rand.Rand) {
	u := v.startUsdt(v, "-d", duration(draws), "fleet*:*_narrow", "fleet*:*_wide*", "fleet*:*_large*")
	if u.awaitAttached(v) {
		v.attached()
		u.leave(v)
		return
	}
	if u.awaitStatus(v); u.ProcessState.ExitCode() != 1 || u.events.Total() > 0 {
		v.Errorf("usdt is not attached, and ends with %v after %d events:\n%s",
			u.status, u.events.Total(), u.stderr)
	}
}

func duration(draws *rand.Rand) string { return fmt.Sprintf("%dms", 50+draws.IntN(1000)) }
