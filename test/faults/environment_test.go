//go:build linux && (amd64 || arm64)

package faults

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestEnvironment gives each variable values that make no sense.
func TestEnvironment(t *testing.T) {
	for _, value := range []string{"disk", "MEMFD", "\xff\x1b[1m"} {
		meet(t, fault{name: "STAPSDT_BACKING is nonsense", bring: set("STAPSDT_BACKING", value),
			remedy: []string{"unset STAPSDT_BACKING"}, withoutC: true,
			want: want{args: true, text: "set it to memfd or file, or unset it"}})
	}
	for _, value := range []string{"maybe", "00"} {
		meet(t, fault{name: "STAPSDT_DISABLE is nonsense", bring: set("STAPSDT_DISABLE", value),
			remedy: []string{"unset STAPSDT_DISABLE"}, withoutC: true, want: want{off: true}})
	}
	for _, value := range []string{"0"} {
		meet(t, fault{name: "STAPSDT_DISABLE=0", bring: set("STAPSDT_DISABLE", value), withoutC: true})
	}
}

// badDirectories are values of STAPSDT_DIR, XDG_RUNTIME_DIR and TMPDIR.
var badDirectories = map[string]unix.Errno{
	" no/such/directory": unix.ENOENT, "~\x01\xff": unix.ENOENT,
	strings.Repeat("a", 5000): unix.ENAMETOOLONG,
}

// TestBadDirectories: the next directory serves, and if there is none, that is the error.
func TestBadDirectories(t *testing.T) {
	s := start{env: []string{"STAPSDT_BACKING=file"}}
	variables := []string{"STAPSDT_DIR", "XDG_RUNTIME_DIR", "TMPDIR"}
	for _, value := range slices.Sorted(maps.Keys(badDirectories)) {
		errno := badDirectories[value]
		for _, name := range variables[:2] {
			meet(t, fault{name: name + " is nonsense", start: s, bring: set(name, value), withoutC: true,
				want: want{skipped: 1}})
		}
		all := func(t *testing.T, p *program) {
			for _, name := range variables {
				set(name, value)(t, p)
			}
		}
		none := want{errno: errno, text: "name one that is writable on a mount without noexec"}
		meet(t, fault{name: "STAPSDT_DIR, XDG_RUNTIME_DIR and TMPDIR are nonsense", start: s, bring: all,
			lift: func(t *testing.T, p *program) { set("TMPDIR", p.dir)(t, p) },
			want: none, wantC: want{errno: errno, text: "set TMPDIR, or use a memfd"}})
	}
}

func set(name, value string) act {
	return func(t *testing.T, p *program) { p.must(t, "set %s=%s", name, value) }
}

// TestSite: the variable is read once, so the error stays for the life of the process.
func TestSite(t *testing.T) {
	needRoot(t)
	for _, b := range builds[:3] {
		for _, value := range []string{"nop6", " nop"} {
			p := start{build: b, env: []string{"STAPSDT_SITE=" + value}, without: true}.run(t)
			before := p.holds(t)
			for range 2 {
				p.do(t, "load")
				p.expect(t, fault{want: want{args: true, text: "unset it to use what suits the kernel"}})
				report.add("STAPSDT_SITE is nonsense", b, p.said())
				p.must(t, "fire")
				p.mustHold(t, before)
				p.must(t, "unset STAPSDT_SITE")
			}
		}
	}
}
