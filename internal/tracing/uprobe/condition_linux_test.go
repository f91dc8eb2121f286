package uprobe_test

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// A hit is what was passed to the probe of TestFilter, as filter.Eval reads it.
type hit struct {
	a int32
	b uint64
	c int64
	s string
}

func (h hit) Int(arg int) (uint64, bool, bool) {
	switch arg {
	case 0:
		return uint64(int64(h.a)), true, true
	case 1:
		return h.b, false, true
	case 2:
		return uint64(h.c), true, true
	}
	return 0, false, false
}
func (h hit) String(arg int) (string, bool) { return h.s, arg == 3 }
func (h hit) PID() uint32                   { return uint32(os.Getpid()) }
func (h hit) TID() uint32                   { return 1 }

// TestFilter compares what the kernel lets through with what filter.Eval says.
func TestFilter(t *testing.T) {
	var probe *stapsdt.Probe4[int32, uint64, int64, string]
	p := provider(t, func(p *stapsdt.Provider) {
		probe = stapsdt.MustProbe4[int32, uint64, int64, string](p, "hit")
	})
	probes := find(t, p, "hit")
	long := strings.Repeat("x", filter.MaxString)
	filters := []string{
		`arg0`, `!arg0`,
		`arg0 == -5`, `arg0 != -5`, `arg0 < 0`, `arg0 <= -5`, `arg0 > 7`, `arg0 >= 7`,
		`arg1 > 9223372036854775807`, `arg1 == 18446744073709551615`,
		`arg1 > -1`, `arg1 < -1`, `arg1 <= 7`,
		`arg2 < 18446744073709551615`, `arg2 >= 9223372036854775808`,
		`arg2 == -9223372036854775808`,
		`arg0 < arg1`, `arg1 > arg0`, `arg2 < arg1`, `arg1 <= arg2`, `arg0 == arg2`, `arg0 != arg1`,
		`arg0 & 1`, `arg1 & 0x8000000000000000`, `arg0 & 0xff == 251`,
		`arg2 & 0xffffffffffffffff > 7`,
		`arg3 == "GET"`, `arg3 != "GET"`, `arg3 == ""`,
		`arg3 == "1234567"`, `arg3 == "12345678"`, `arg3 == "123456789"`,
		fmt.Sprintf("arg3 == %q", long), fmt.Sprintf("arg3 != %q", long),
		`arg0 > 0 && arg3 == "GET"`, `arg0 > 0 || arg3 == "GET"`,
		`!(arg0 > 0 || arg3 == "GET")`, `!(arg0 > 0 && !(arg3 == "GET"))`,
		`(arg0 < 0 || arg1 == 7) && (arg2 > 0 || arg3 != "")`,
		fmt.Sprintf("pid == %d", os.Getpid()), `pid == 1`, `tid != 0`,
	}
	hits := testHits()
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for _, text := range filters {
			e, err := filter.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			o.Filter = e
			tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var want []hit
			for _, h := range hits {
				probe.Fire(h.a, h.b, h.c, h.s)
				if filter.Eval(e, h) {
					want = append(want, h)
				}
			}
			got := receive(t, tracer)
			if len(got) != len(want) {
				t.Errorf("%s: %d events, want %d", text, len(got), len(want))
			}
			for i, ev := range got[:min(len(got), len(want))] {
				a, b, c := ev.Args[0].Int, ev.Args[1].Int, ev.Args[2].Int
				if h := want[i]; int32(a) != h.a || b != h.b || int64(c) != h.c {
					t.Errorf("%s: event %d is %v, want %v", text, i, ev, h)
				}
			}
			if err := tracer.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func testHits() []hit {
	var hits []hit
	long := strings.Repeat("x", filter.MaxString)
	texts := []string{
		"GET", "GETS", "GE", "", "1234567", "12345678", "123456789", long, long + "x", long[1:],
	}
	unsigned := []uint64{0, 7, math.MaxUint64, 1 << 63, math.MaxInt64}
	for i, n := range []int64{0, 7, -5, -1, 1, math.MaxInt64, math.MinInt64, 251} {
		for j, s := range texts {
			hits = append(hits, hit{int32(n), unsigned[(i+j)%len(unsigned)], n, s})
		}
	}
	return hits
}

// TestFilterUnreadable: a comparison with something that cannot be read is false.
func TestFilterUnreadable(t *testing.T) {
	var address *stapsdt.Probe1[uintptr]
	p := provider(t, func(p *stapsdt.Provider) {
		address = stapsdt.MustProbe1[uintptr](p, "address")
	})
	probes := find(t, p, "address")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for text, want := range map[string]int{
			`arg0 == "x"`: 0, `arg0 != "x"`: 0,
			`!(arg0 == "x")`: 1, `arg0 == "x" || arg0 == 1`: 1,
		} {
			var err error
			if o.Filter, err = filter.Parse(text); err != nil {
				t.Fatal(err)
			}
			tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
			if err != nil {
				t.Fatal(err)
			}
			address.Fire(1)
			if got := receive(t, tracer); len(got) != want {
				t.Errorf("%s: %d events, want %d", text, len(got), want)
			}
			if err := tracer.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestLargestFilter makes the verifier accept the largest number of comparisons, with the largest
// number of arguments, all in memory.
func TestLargestFilter(t *testing.T) {
	p := provider(t, func(p *stapsdt.Provider) { stapsdt.MustProbe0(p, "memory") })
	probes := find(t, p, "memory")
	args := strings.Repeat(stackOperand[runtime.GOARCH]+" ", operand.MaxArgs)
	probes[0].Sites[0].Note.Args = strings.TrimSpace(args)
	long := strings.Repeat("x", filter.MaxString)
	for name, comparison := range map[string]string{
		"numbers": "arg%d == %d", "texts": "arg%d == \"" + long[3:] + "%03d\"",
	} {
		for _, join := range []string{" && ", " || "} {
			t.Run(name+join, func(t *testing.T) {
				var list []string
				for i := range filter.MaxComparisons {
					list = append(list, fmt.Sprintf(comparison, i%operand.MaxArgs, i))
				}
				e, err := filter.Parse(strings.Join(list, join))
				if err != nil {
					t.Fatal(err)
				}
				eachKernel(t, func(t *testing.T, o uprobe.Options) {
					o.Filter = e
					counter, err := uprobe.Count(probes, o)
					if err != nil {
						t.Fatal(err)
					}
					closing(t, counter)
				})
			})
		}
	}
}

var stackOperand = map[string]string{"amd64": "8@(%rsp)", "arm64": "8@[sp]"}
