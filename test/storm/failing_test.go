//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/test/storm/event"
)

// These tests give the storm what must fail it.

// jsonEvent is a line of usdt trace --json with an event whose checksum is higher by wrong.
func jsonEvent(wrong uint64) string {
	sum := event.Sum("steady:mixed", uint64(7), `te"xt`, []byte("\xff\x00"), "", int8(-3))
	const format = `{"provider":"steady","probe":"mixed","args":[7,"te\"xt","/wA=",2,"",-3,%d]}`
	return fmt.Sprintf(format, sum+wrong)
}

func TestVerifyJSON(t *testing.T) {
	var v event.Verifier
	for range 2 {
		if err := verifyJSON(&v, jsonEvent(0)); err != nil {
			t.Error(err)
		}
	}
	for _, wrong := range []string{
		jsonEvent(1),
		strings.Replace(jsonEvent(0), "-3", "253", 1),
		strings.Replace(jsonEvent(0), "/wA", "/wE", 1),
		jsonEvent(0)[:50], "", "{}",
	} {
		if err := verifyJSON(&v, wrong); err == nil {
			t.Errorf("accepted %s", wrong)
		}
	}
}

func TestVerifyPrinted(t *testing.T) {
	sum := event.Sum(narrowName, uint64(7), int8(-3))
	for text, want := range map[string]bool{
		fmt.Sprint(narrowName, " 7 -3 ", sum):   true,
		fmt.Sprint(narrowName, " 7 -3 ", sum-1): false,
		fmt.Sprint(narrowName, " 7 253 ", sum):  false,
		narrowName + " 7 x":                     false,
		narrowName:                              false,
		"Attaching 2 probes...":                 true,
	} {
		if err := verifyPrinted(new(event.Verifier), text); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestVisitFails checks that what goes wrong in a visit fails the run, and that the visit cleans
// up.
func TestVisitFails(t *testing.T) {
	var r run
	var log []string
	ok := r.visit("guest", func(v *visit) {
		v.Cleanup(func() { log = append(log, "first") })
		v.Cleanup(func() { log = append(log, "second"); v.Fatalf("late") })
		v.settle(&event.Verifier{Received: map[string]uint64{"p:q": 10}, Unread: 10}, 0)
		v.Fatalf("broken")
		log = append(log, "went on")
	})
	want := []string{
		"guest: of 10 events, 10 have an argument that could not be read",
		"guest: broken",
		"guest: late",
	}
	if ok || !slices.Equal(r.failures, want) || !slices.Equal(log, []string{"second", "first"}) {
		t.Errorf("visit: %t, failures %q, cleanups %q", ok, r.failures, log)
	}
	if !r.visit("other", func(v *visit) { v.attached() }) || r.tracers() != 1 {
		t.Errorf("another visit failed: %q, %d tracers", r.failures, r.tracers())
	}
}

func TestCompare(t *testing.T) {
	probes := []uprobe.Probe{{Provider: "p", Name: "a"}, {Provider: "p", Name: "b"}}
	r := run{report: report{Fired: map[string]uint64{"p:a": 5, "p:b": 7}}}
	for _, tt := range []struct {
		a, b, missed uint64
		ok           bool
	}{{5, 7, 0, true}, {4, 6, 2, true}, {5, 6, 0, false}, {5, 7, 1, false}, {6, 6, 0, false}} {
		if err := r.compare(probes, []uint64{tt.a, tt.b}, tt.missed); (err == nil) != tt.ok {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

func TestBalance(t *testing.T) {
	for _, tt := range []struct {
		a, b, lost uint64
		ok         bool
	}{{5, 7, 0, true}, {5, 6, 1, true}, {4, 6, 2, true}, {5, 6, 0, false}, {6, 6, 1, false}} {
		var r run
		ok := r.visit("guest", func(v *visit) {
			fired := map[string]uint64{"p:a": 5, "p:b": 7}
			v.balance(fired, map[string]uint64{"p:a": tt.a, "p:b": tt.b, "p:mixed": 3}, tt.lost)
		})
		if ok != tt.ok {
			t.Errorf("%+v: %q", tt, r.failures)
		}
	}
}

// TestTracerFails checks that a tracer that prints a wrong event fails its visit.
func TestTracerFails(t *testing.T) {
	for _, wrong := range []uint64{0, 1} {
		var r run
		r.visit("echo", func(v *visit) {
			var events event.Verifier
			cmd := exec.Command("echo", jsonEvent(0), "\n", jsonEvent(wrong))
			trace(v, cmd, "", func(line string) error { return verifyJSON(&events, line) }).awaitEnd(v)
		})
		failed := len(r.failures) == 1 && strings.Contains(r.failures[0], "checksum")
		if failed != (wrong > 0) {
			t.Errorf("checksum wrong by %d: failures %q", wrong, r.failures)
		}
	}
}
