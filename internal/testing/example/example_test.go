//go:build linux

package example

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// maps is what bpftrace prints at its end.
var maps = strings.Split(`@longest[GET /a]: 7
@longest[POST /b]: 9
@us[POST /b]: 
[1]                    0 |                                                    |
[2, 4)                 3 |@@@@@@@@@@@@@                                       |
[4, 8)                 0 |                                                    |
[8, 16)               12 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
[1K, ...)              0 |                                                    |
@us[GET /a]: 
(..., 0)               1 |@                                                   |`, "\n")

func TestValues(t *testing.T) {
	for _, test := range []struct {
		what      string
		got, want any
	}{
		{"buckets", Buckets(Map(maps, "@us[POST /b]")), []string{"3", "0", "12"}},
		{"buckets of the last map", Buckets(Map(maps, "@us[GET /a]")), []string{"1"}},
		{"buckets of no map", Buckets(Map(maps, "@ns")), []string(nil)},
		{"total", Total(Map(maps, "@us[POST /b]")), "15"},
		{"groups", Find(maps, `^@longest\[(.*)\]: (\d+)$`), []string{"GET /a 7", "POST /b 9"}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

// TestStopped has threads as proc_pid_stat(5) has them, whatever their names are.
func TestStopped(t *testing.T) {
	for stat, want := range map[string]bool{
		"7 (listen) T 1 7 7":   true,
		"7 (listen) S 1 7 7":   false,
		"7 (a) S (b) T 1 7 7":  true,
		"7 (a) T (b)) R 1 7 7": false,
		"":                     false,
	} {
		if got := isStopped(stat); got != want {
			t.Errorf("%q is stopped: %v, want %v", stat, got, want)
		}
	}
}

func TestMissing(t *testing.T) {
	page := command{prints: []string{
		"Attaching 1 probe...",
		`05:20:31.021415 4714 4719 clock:tock n=1`,
		"[16ns, 1.02us)     10297 |@@@@@@    |",
		"time=2026-11-29T05:15:58.899Z level=INFO",
		"count 3  mean 56.2ns  max 1.5KiB",
		"...",
	}}
	printed := []string{
		"01:00:00.000001 7 10 clock:tock n=25",
		"[8ns, 16ns)  0 |          |",
		"time=2031-01-02T03:04:05+01:00 level=INFO",
		"count 1000  mean 1us  max 12GiB",
	}
	if missing := page.missing(printed); missing != nil {
		t.Errorf("missing %q", missing)
	}
	page.prints = []string{"clock:tick n=1", "[1ns, 2ns) 3", "count 3  p50 1ns", "level=DEBUG"}
	if diff := cmp.Diff(page.prints, page.missing(printed)); diff != "" {
		t.Errorf("other lines (-want +missing):\n%s", diff)
	}
}
