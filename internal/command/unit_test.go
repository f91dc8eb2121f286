package command

import (
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

func TestUnitOf(t *testing.T) {
	for name, want := range map[string]string{
		"took_us": "us", "tookUs": "us", "TookMS": "ms", "delayMs": "ms", "duration_ns": "ns",
		"waitNS": "ns", "wait_seconds": "s", "seconds": "s", "bytes": "B", "respBytes": "B",
		"sent_bytes": "B", "heap_kib": "KiB", "cache_MiB": "",
		"": "", "us": "", "ns": "", "sec": "", "status": "", "bus": "", "items": "", "megabytes": "",
		"bytes_": "", "_": "", "alarms": "", "größe_bytes": "B", "sizeéMs": "",
	} {
		p := &signature.Param{Name: name, Type: signature.Type{Kind: signature.Uint, Size: 8}}
		if got := unitOf(p).Name; got != want {
			t.Errorf("%s is in %q, want %q", name, got, want)
		}
		p.Type.Kind = signature.Duration
		if got := unitOf(p); got != histogram.Nanoseconds {
			t.Errorf("the duration %s is in %q", name, got.Name)
		}
		p.Type.Kind = signature.Bool
		if got := unitOf(p); got != histogram.Number {
			t.Errorf("the truth of %s is in %q", name, got.Name)
		}
	}
	names := strings.Join(histogram.UnitNames, ", ")
	if strings.Replace(unitNames, " or", ",", 1) != names {
		t.Errorf("help names the units %s, not %s", unitNames, names)
	}
}

// TestUnitApply: the unit is for values of its kind or, if there are none, for those without one.
func TestUnitApply(t *testing.T) {
	for _, test := range []struct{ units, flag, want string }{
		{"ns  B", "ms", "ns:ms  B"}, {"us s ", "ns", "us:ns s:ns "}, {" B", "s", "s:s B"},
		{" ", "KiB", "KiB:KiB KiB:KiB"}, {"B ns", "", "B ns"}, {"B", "ms", "error"},
	} {
		var units []histogram.Unit
		for name := range strings.SplitSeq(test.units, " ") {
			units = append(units, histogram.Unit{Name: name})
		}
		flag := unitFlag{test.flag}
		err := flag.apply(units, func(int) string { return "x" })
		var list []string
		for _, u := range units {
			list = append(list, strings.TrimSuffix(u.Name+":"+u.Shown, ":"))
		}
		got := strings.Join(list, " ")
		if err != nil {
			got = "error"
		}
		if got != test.want {
			t.Errorf("%q with %q: %q, want %q", test.units, test.flag, got, test.want)
		}
	}
}
