//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/stapsdt"
)

// A selected pair does not include the other probes of the provider, even if they are loaded later.
func TestPairHasItsProbesOnly(t *testing.T) {
	t.Setenv("STAPSDT_DISABLE", "")
	p := stapsdt.MustProvider("pairing")
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	load := func(names ...string) {
		t.Helper()
		for _, name := range names {
			if _, err := p.AddProbe(name, stapsdt.Uint64); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Load(); err != nil {
			t.Fatal(err)
		}
	}
	load("job_start", "job_end")
	sel, err := selectPair(scope{pids: pidList{os.Getpid()}}, nil, "pairing:job")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"pairing:job_start 1", "pairing:job_end 1"}
	if diff := cmp.Diff(want, names(sel.probes)); diff != "" {
		t.Fatalf("start and end (-want +got)\n%s", diff)
	}
	load("tick")
	objects, err := process.Read(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if known, others := sel.compare(objects); !known || others {
		t.Errorf("known %t, others %t; want true, false", known, others)
	}
}

// The error says so when there are no probes at all. One probe of a pair alone is no pair.
func TestNoPair(t *testing.T) {
	of := scope{pids: pidList{os.Getpid()}}
	where := of.String()
	for _, test := range []struct {
		names []string
		want  string
	}{
		{nil, (&inventory{scope: of}).noProbes().Error()},
		{
			[]string{"job_start", "tick"},
			"no probes shop:job_start and shop:job_end in " + where +
				"; usdt list " + of.flag() + " shows the probes",
		},
		{
			[]string{"jobs_start", "jobs_end"},
			"no probes shop:job_start and shop:job_end in " + where + "; did you mean shop:jobs?",
		},
	} {
		v := inventory{scope: of}
		for _, name := range test.names {
			note := sdtnote.Note{Provider: "shop", Name: name}
			v.objects = append(v.objects, process.Object{Notes: []sdtnote.Note{note}})
		}
		if pair := pairOf("shop:job", toStrings(v.names())); pair != nil {
			t.Errorf("%q: got %q", test.names, pair)
		}
		if got := v.noPair("shop:job").Error(); got != test.want {
			t.Errorf("%q: got %q, want %q", test.names, got, test.want)
		}
	}
}
