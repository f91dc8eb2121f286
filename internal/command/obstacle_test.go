//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"strings"
	"testing"
)

// Each argument is named once, and of many only some are.
func TestWarnObstacles(t *testing.T) {
	plan := planFor("8@$7 24@$8")
	plan.probes = append(plan.probes, plan.probes[0])
	for i := range 30 {
		other := planFor("24@$8").probes[0]
		other.Name = fmt.Sprintf("other%d", i)
		plan.probes = append(plan.probes, other)
	}
	var stderr strings.Builder
	plan.warnObstacles(&stderr)
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	if len(lines) != mostObstacles+1 {
		t.Errorf("%d lines, want %d", len(lines), mostObstacles+1)
	}
	const first = "usdt: arg1 of shop:order, 24@$8, cannot be read: " +
		"it has 24 bytes, as a structure can have, not 1, 2, 4 or 8"
	if lines[0] != first {
		t.Errorf("got %q, want %q", lines[0], first)
	}
	last := "usdt: 11 arguments more cannot be read; usdt list --json says why"
	if lines[len(lines)-1] != last {
		t.Errorf("got %q, want %q", lines[len(lines)-1], last)
	}
}

// What no hit has is not a fault.
func TestNeverRead(t *testing.T) {
	plan := planFor("8@%xmm0 8f@%rax 8@%rdi")
	ev := anEvent(intValue(0))
	ev.Args = ev.Args[:3]
	ev.Args[0].Read, ev.Args[1].Int, ev.Args[2].Read = false, 0x7FF8000000000001, false
	line := string(newTextEvents(plan, false).append(nil, ev))
	if want := "shop:order arg0=? arg1=NaN arg2=(fault)\n"; !strings.HasSuffix(line, want) {
		t.Errorf("got %q, want %q", line, want)
	}
	line = string(newJSONEvents(plan).append(nil, ev))
	if want := `"args":[null,"NaN",null]}` + "\n"; !strings.HasSuffix(line, want) {
		t.Errorf("got %q, want %q", line, want)
	}
}
