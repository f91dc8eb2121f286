//go:build linux && (amd64 || arm64)

package gdbjit

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"unsafe"
)

// shown returns the files that gdb would find. It checks both directions of the list.
func shown(t *testing.T) []string {
	t.Helper()
	list.Lock()
	defer list.Unlock()
	d := theDescriptor()
	if d.version != 1 || d.action != 0 || d.relevant != 0 {
		t.Errorf("descriptor at rest: %+v", *d)
	}
	var files []string
	var last address
	for at := d.first; at != 0; {
		e := at.entry()
		if e.prev != last {
			t.Errorf("entry %#x says that %#x is before it, but it is %#x", at, e.prev, last)
		}
		files = append(files, string(unsafe.Slice(e.file, e.size)))
		at, last = e.next, at
	}
	return files
}

func TestRegister(t *testing.T) {
	var unregister []func()
	for _, file := range []string{"one", "two", "three"} {
		unregister = append(unregister, Register([]byte(file)))
	}
	runtime.GC()
	if got := shown(t); !slices.Equal(got, []string{"three", "two", "one"}) {
		t.Errorf("gdb sees %q", got)
	}
	unregister[1]()
	if got := shown(t); !slices.Equal(got, []string{"three", "one"}) {
		t.Errorf("without two gdb sees %q", got)
	}
	unregister[2]()
	unregister[0]()
	if got := shown(t); got != nil || len(list.entries) != 0 {
		t.Errorf("in the end gdb sees %q, and %d entries are kept", got, len(list.entries))
	}
}

func TestNobodyWatches(t *testing.T) {
	if watched() {
		t.Errorf("the function begins with the breakpoint %#x", breakpoint)
	}
	if traced() {
		t.Skip("a debugger is attached")
	}
}

func TestRegisterConcurrently(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 100 {
				Register([]byte("file"))()
			}
		}()
	}
	wg.Wait()
	if got := shown(t); got != nil {
		t.Errorf("in the end gdb sees %q", got)
	}
}

func TestTracerPID(t *testing.T) {
	for status, want := range map[string]string{
		"Name:\tshop\nPPid:\t1\nTracerPid:\t0\nUid:\t0\n": "0",
		"Name:\tTracerPid:\t0\nTracerPid:\t4711\n":        "4711",
		"Name:\tshop\nTracerPid:\t47":                     "", // cut off
		"":                                                "",
	} {
		if got := tracerPID([]byte(status)); got != want {
			t.Errorf("%q: %q, want %q", status, got, want)
		}
	}
}
