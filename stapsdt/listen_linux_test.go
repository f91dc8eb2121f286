//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"runtime/debug"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestListenBesideTracer: a tracer and a listener come and go in every order, and each gets all.
func TestListenBesideTracer(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe2[int, string](p, "p")
	mustLoad(t, p)
	fired, heard, traced := 0, 0, uint64(0)
	fire := func() {
		probe.Fire(fired, "text")
		fired++
	}
	for i := range 8 {
		tracer := attach(t, &probe.Probe)
		l := mustListen(t, stapsdt.ListenConfig{}, "test:p")
		fire()
		heard++
		traced++
		if !probe.Traced() || !probe.Heard() {
			t.Fatalf("round %d: traced %t, heard %t", i, probe.Traced(), probe.Heard())
		}
		if i&1 != 0 {
			if err := p.Unload(); err != nil {
				t.Fatal(err)
			}
			fire() // for the listener alone
			heard++
		}
		if i&2 != 0 {
			l.Close()
		}
		mustLoad(t, p)
		fire()
		if i&2 == 0 {
			heard++
		}
		if i&1 == 0 {
			traced++ // the tracer is at the image of before
		}
		if got := value(t, tracer); got != traced {
			t.Fatalf("round %d: the tracer counts %d fires, want %d", i, got, traced)
		}
		tracer.Close()
		if got := len(argsOf(l)); got != heard {
			t.Fatalf("round %d: the listener has %d events, want %d", i, got, heard)
		}
		heard, traced = 0, 0
		if probe.Enabled() || probe.Traced() || probe.Heard() {
			t.Fatalf("round %d: enabled when tracer and listener have left", i)
		}
	}
}

// TestListenFault fires a text that cannot be read. The program has chosen to go on after that, and
// so does the listener.
func TestListenFault(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe3[int, string, []byte](p, "p")
	l := mustListen(t, stapsdt.ListenConfig{}, "test:p")
	page, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Munmap(page); err != nil {
			t.Error(err)
		}
	}()
	func() {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		probe.Fire(1, unsafe.String(unsafe.SliceData(page), 5), []byte("bytes"))
	}()
	probe.Fire(2, "text", nil)
	got := argsOf(l)
	if len(got) != 2 || !slices.Equal([]any{1, "\x00\x00\x00\x00\x00"}, got[0][:2]) ||
		!slices.Equal([]any{2, "text"}, got[1][:2]) {
		t.Errorf("received %q", got)
	}
}
