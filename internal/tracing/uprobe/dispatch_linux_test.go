//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"errors"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestManyPlaces traces sites in two files, each of which has its argument elsewhere and so takes a
// program of its own. All of them must take few descriptors, and each hit have its own argument.
func TestManyPlaces(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	if !kernel.Running().Features.Multi {
		t.Log("this kernel has no uprobe_multi links, which share what each site takes otherwise")
		return
	}
	const n = 200
	files := []*slots{newSlots(t, n, true, false), newSlots(t, n, true, true)}
	probes := append(files[0].probes, files[1].probes...)
	bad := n / 2
	probes[bad].Sites[0].Note.FileOffset = math.MaxInt32 // beyond the end of the file
	skipped := 0
	o := uprobe.Options{PID: os.Getpid(), Skipped: func(uprobe.Site, error) { skipped++ }}
	before := descriptors(t)
	tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, tracer)
	const most = 32 // without sharing, they take two for each site
	used := descriptors(t) - before
	if used > most {
		t.Errorf("%d sites take %d descriptors, at most %d", 2*n, used, most)
	}
	// The same places in a file that comes later take another link only.
	file := newSlots(t, n, true, false)
	files = append(files, file)
	var later []uprobe.Later
	for i, p := range file.probes {
		later = append(later, uprobe.Later{Probe: p, Index: i})
	}
	if err := tracer.Attach(later, nil); err != nil {
		t.Fatal(err)
	}
	if more := descriptors(t) - before - used; more != 1 {
		t.Errorf("sites in another file take %d further descriptors, want 1", more)
	}
	if *files[1].semaphore != n {
		t.Errorf("the semaphore is %d, want %d", *files[1].semaphore, n)
	}
	var want []event
	for i := range 3 * n {
		of := files[i/n]
		of.fire(i % n)
		if i != bad {
			want = append(want, event{i % (2 * n), []uprobe.Value{unsigned(of.words[i%n])}})
		}
	}
	if diff := cmp.Diff(want, receive(t, tracer)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	if *files[1].semaphore != 0 || skipped != 1 {
		t.Errorf("the semaphore is %d in the end; skipped %d", *files[1].semaphore, skipped)
	}
}
