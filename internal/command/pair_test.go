//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
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
	v, err := takeInventory(scope{pids: pidList{os.Getpid()}}, new(typeFiles))
	if err != nil {
		t.Fatal(err)
	}
	sel, err := pairing{base: "pairing:job"}.choose(v)
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
	if more, _, refused := sel.extend(objects); len(more)+len(refused) > 0 {
		t.Errorf("the pair is extended by %v, %v", names(more), refused)
	}
	if n := sel.countProbes(objects); n != 2 {
		t.Errorf("%d probes match, want 2", n)
	}
}

// The error says so when there are no probes at all. One probe of a pair alone is no pair.
func TestNoPair(t *testing.T) {
	of := scope{pids: pidList{os.Getpid()}}
	where := of.String()
	job := pairing{base: "shop:job"}
	for _, test := range []struct {
		names []string
		pair  pairing
		want  string
	}{
		{nil, job, (&inventory{scope: of}).noProbes().Error()},
		{
			[]string{"job_start", "tick"}, job,
			"no probes shop:job_start and shop:job_end in " + where +
				"; usdt list " + of.flag() + " shows the probes",
		},
		{
			[]string{"jobs_start", "jobs_end"}, job,
			"no probes shop:job_start and shop:job_end in " + where + "; did you mean shop:jobs?",
		},
		{
			[]string{"gc-begin", "gc-end"}, pairing{base: "shop:gc-begin"},
			"no probes shop:gc-begin_start and shop:gc-begin_end in " + where +
				"; did you mean shop:gc?",
		},
		{
			[]string{"here", "there"}, pairing{start: "shop:here", end: "shop:ther"},
			`no probe "shop:ther" in ` + where + "; did you mean shop:there or shop:here?",
		},
	} {
		v := inventory{scope: of}
		for _, name := range test.names {
			note := sdtnote.Note{Provider: "shop", Name: name}
			v.objects = append(v.objects, process.Object{Notes: []sdtnote.Note{note}})
		}
		pair, err := v.findPair(test.pair)
		if err == nil || err.Error() != test.want {
			t.Errorf("%q: got %q, %v, want %q", test.names, pair, err, test.want)
		}
	}
}

// Every way to name the two probes of a pair has the base that finds them.
func TestPairNames(t *testing.T) {
	names := []string{"shop:order_restart", "shop:order_end", "shop:start", "shop:end"}
	var wantBases []string
	for i, ends := range pairEnds {
		for j, separator := range pairSeparators {
			base := fmt.Sprintf("shop:a_b%d-%d", i, j)
			pair := []string{base + separator + ends.start, base + separator + ends.end}
			names, wantBases = append(names, pair...), append(wantBases, base)
			for _, name := range pair {
				if got := baseOf(name); got != base {
					t.Errorf("base of %s: %s", name, got)
				}
			}
		}
	}
	if diff := cmp.Diff(wantBases, pairBases(names)); diff != "" {
		t.Errorf("bases (-want +got)\n%s", diff)
	}
	for i, base := range wantBases {
		pair := names[4+2*i : 6+2*i]
		if diff := cmp.Diff(pair, pairOf(base, names)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", base, diff)
		}
	}
	for _, name := range []string{"shop:order_restart", "shop:order___start", "shop:order"} {
		if got := baseOf(name); got != name {
			t.Errorf("base of %s: %s", name, got)
		}
	}
}

// Which goroutine fires is found out only where it is the key, because that takes time.
func TestPairKeyNeedsGoroutines(t *testing.T) {
	probe := func(name, args string) uprobe.Probe {
		note := sdtnote.Note{Provider: "shop", Name: name, Machine: elf.EM_X86_64, Args: args}
		return uprobe.Probe{Provider: "shop", Name: name, Sites: []uprobe.Site{{Note: note}}}
	}
	byName, byThread := pairKey{argument(uprobe.Numbered(0))}, pairKey{argument(uprobe.Thread)}
	byGoroutine := pairKey{argument(uprobe.Goroutine)}
	for _, test := range []struct {
		key  pairKey
		args string
		want bool
	}{
		{pairKey{noArgument}, "8@%rdi", false}, {pairKey{noArgument}, "", true},
		{byName, "8@%rdi", false}, {byThread, "", false}, {byGoroutine, "8@%rdi", true},
	} {
		asked := false
		c := concurrency{byGoroutines: func() error { asked = true; return nil }}
		cmd := newLatencyCommand()
		cmd.SetErr(io.Discard)
		err := test.key.choose(cmd.ErrOrStderr(), probe("start", test.args), probe("end", test.args), c)
		if err != nil || asked != test.want {
			t.Errorf("key %s, arguments %q: asked %v, %v", test.key.String(), test.args, asked, err)
		}
	}
}
