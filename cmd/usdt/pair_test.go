//go:build linux && (amd64 || arm64)

package main

import (
	"os"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/stapsdt"
)

// What else the provider has is none of latency's business, above all when it is loaded later.
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
	of := target{pid: os.Getpid(), loaded: new(loadedProbes)}
	start, end, err := selectPair(of, "pairing:job")
	if err != nil || start.String() != "pairing:job_start" || end.String() != "pairing:job_end" {
		t.Fatalf("from %v to %v, %v", start, end, err)
	}
	load("tick")
	objects, err := process.Read(of.pid)
	if err != nil {
		t.Fatal(err)
	}
	if known, others := of.loaded.compare(loadedSites(of.loaded.patterns, objects)); !known || others {
		t.Errorf("known %t, others %t; want true, false", known, others)
	}
}

// A process without any probes is told as such; of a pair only both are of use.
func TestNoPair(t *testing.T) {
	of := target{pid: os.Getpid()}
	for _, test := range []struct {
		names []string
		want  string
	}{
		{nil, of.noProbes().Error()},
		{[]string{"shop:job_start", "shop:tick"}, "no probes shop:job_start and shop:job_end in " + of.String() +
			"; usdt list " + of.flag() + " shows the probes"},
		{[]string{"shop:jobs_start", "shop:jobs_end"}, "no probes shop:job_start and shop:job_end in " + of.String() +
			"; did you mean shop:jobs?"},
	} {
		if pair := pairOf("shop:job", test.names); pair != nil {
			t.Errorf("%q: got %q", test.names, pair)
		}
		if got := noPair(of, "shop:job", test.names).Error(); got != test.want {
			t.Errorf("%q: got %q, want %q", test.names, got, test.want)
		}
	}
}
