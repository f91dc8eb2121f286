package uprobe_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// describedProbes are two probes with the same arguments in other places. The body is bytes with
// their number.
func describedProbes(t *testing.T) (probes []uprobe.Probe, fire func(id int32, body string)) {
	t.Helper()
	var first *stapsdt.Probe2[int32, []byte]
	var second *stapsdt.Probe2[[]byte, int32]
	p := provider(t, func(p *stapsdt.Provider) {
		first = stapsdt.MustProbe2[int32, []byte](p, "first")
		second = stapsdt.MustProbe2[[]byte, int32](p, "second")
	})
	id := signature.Param{
		Name: "id", Type: signature.Type{Name: "int32", Kind: signature.Int, Size: 4},
	}
	body := signature.Param{
		Name: "body", Type: signature.Type{Name: "[]byte", Kind: signature.Bytes, Size: 8},
	}
	probes = find(t, p, "first", "second")
	for i, params := range [][]signature.Param{{id, body}, {body, id}} {
		s := signature.New(p.Name(), probes[i].Name, "", params...)
		probes[i].Sites[0].Signature = &s
	}
	return probes, func(id int32, body string) {
		first.Fire(id, []byte(body))
		second.Fire([]byte(body), id)
	}
}

// A name means the argument of each probe that has it, and bytes are compared with their number.
func TestFilterByName(t *testing.T) {
	probes, fire := describedProbes(t)
	long := strings.Repeat("x", filter.MaxString)
	bodies := []string{"", "GET", "GETS", "get", "12345678", "GET\x00", long, long + "x"}
	filters := map[string]func(id int32, body string) bool{
		`id > 3`:                       func(id int32, _ string) bool { return id > 3 },
		`body == ""`:                   func(_ int32, body string) bool { return body == "" },
		`body == "GET"`:                func(_ int32, body string) bool { return body == "GET" },
		`body != "GET"`:                func(_ int32, body string) bool { return body != "GET" },
		`body == "12345678" && id > 0`: func(_ int32, body string) bool { return body == "12345678" },
		`body == "` + long + `"`:       func(_ int32, body string) bool { return body == long },
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for text, holds := range filters {
			var err error
			if o.Filter, err = filter.Parse(text); err != nil {
				t.Fatal(err)
			}
			tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var want, got []int32
			for i, body := range bodies {
				fire(int32(i), body)
				if holds(int32(i), body) {
					want = append(want, int32(i), int32(i))
				}
			}
			for _, ev := range receive(t, tracer) {
				got = append(got, int32(ev.Args[2*ev.Probe].Int)) // the last of second, the first of first
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", text, diff)
			}
			if err := tracer.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// A program that passes a signed argument as 8 unsigned bytes has lost its sign, which the
// signature gives back.
func TestLostSign(t *testing.T) {
	var passed *stapsdt.Probe1[uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		passed = stapsdt.MustProbe1[uint64](p, "passed")
	})
	probes := find(t, p, "passed")
	s := signature.New(p.Name(), "passed", "", signature.Param{
		Name: "fd", Type: signature.Type{Name: "int", Kind: signature.Int, Size: 4},
	})
	probes[0].Sites[0].Signature = &s
	negative, err := filter.Parse("fd == -1")
	if err != nil {
		t.Fatal(err)
	}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		o.Filter = negative
		d, err := uprobe.Distribute(probes, uprobe.DistributionOptions{
			Options: o, Arg: uprobe.Argument{Name: "fd"},
			By: []uprobe.By{{Argument: uprobe.Argument{Name: "fd"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		passed.Fire(math.MaxUint64)
		passed.Fire(7)
		groups, err := d.Read()
		if err != nil {
			t.Fatal(err)
		}
		if len(groups) != 1 || groups[0].Key[0].Int.String() != "-1" ||
			groups[0].Histogram.Max.String() != "-1" {
			t.Errorf("got %+v, want one group of -1", groups)
		}
	})
}

func TestDistributionByName(t *testing.T) {
	probes, fire := describedProbes(t)
	long := strings.Repeat("long", 70)
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		d, err := uprobe.Distribute(probes, uprobe.DistributionOptions{
			Options: o, Arg: uprobe.Argument{Name: "id"},
			By: []uprobe.By{{Argument: uprobe.Argument{Name: "body"}, Text: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, d)
		for i := range int32(30) {
			fire(i, []string{"GET", "", long, "GET\x00A", "\x00"}[i%5])
		}
		groups, err := d.Read()
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]string)
		for _, g := range groups {
			got[g.Key[0].Text] = g.Histogram.Max.String()
			if g.Histogram.Total() != 12 {
				t.Errorf("%q: %d values, want 12", g.Key[0].Text, g.Histogram.Total())
			}
		}
		want := map[string]string{
			"GET": "25", "": "26", long[:uprobe.MaxKeyText]: "27", "GET\x00A": "28", "\x00": "29",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestPairByName(t *testing.T) {
	probes, fire := describedProbes(t)
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		l, err := uprobe.Pair(probes[:1], probes[1:], uprobe.PairOptions{
			Options: o, Key: uprobe.Argument{Name: "id"},
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, l)
		for i := range int32(50) {
			fire(i, "body")
		}
		r, err := l.Read()
		if err != nil {
			t.Fatal(err)
		}
		if n := r.Histogram.Total(); n != 50 || r.Open != 0 || r.EndsAlone != 0 {
			t.Errorf("%d pairs, want 50: %+v", n, r)
		}
	})
}

func TestNoSuchName(t *testing.T) {
	probes, _ := describedProbes(t)
	e, err := filter.Parse(`ID == 1`)
	if err != nil {
		t.Fatal(err)
	}
	undescribed := probes[0]
	undescribed.Sites = []uprobe.Site{{Path: probes[0].Sites[0].Path, Note: probes[0].Sites[0].Note}}
	name := uprobe.Argument{Name: "id"}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		filtered := o
		filtered.Filter = e
		_, errFilter := uprobe.Trace(probes, uprobe.TraceOptions{Options: filtered})
		_, errPair := uprobe.Pair(probes[:1], []uprobe.Probe{undescribed}, uprobe.PairOptions{
			Options: o, Key: name,
		})
		_, errArg := uprobe.Distribute([]uprobe.Probe{undescribed},
			uprobe.DistributionOptions{Options: o, Arg: name})
		for _, err := range []error{errFilter, errPair, errArg} {
			if !errors.Is(err, uprobe.ErrArgument) {
				t.Errorf("got the error %v, want %v", err, uprobe.ErrArgument)
			}
		}
	})
}
