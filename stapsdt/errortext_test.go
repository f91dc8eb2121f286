//go:build linux && cgo && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/recorder"
	"github.com/go-usdt/usdt/stapsdt"
)

type keeper struct{ n int }

var kept *keeper

func (k *keeper) Error() string { kept = k; return "kept" }

type panics struct{}

func (*panics) Error() string { panic("boom") }

// local is an error that refers to a local variable.
type local struct{ next *int }

func (l *local) Error() string { return fmt.Sprint(*l.next) }

func textProbe(t *testing.T) *stapsdt.Probe {
	t.Helper()
	p, err := newProvider(t).AddProbe("p", stapsdt.String)
	if err != nil {
		t.Fatal(err)
	}
	forced(p)
	return p
}

var errHeap = errors.New("heap")

func TestFireErrors(t *testing.T) {
	p := textProbe(t)
	tests := []struct {
		err  error
		want string
	}{
		{io.EOF, "EOF"},
		{errHeap, "heap"},
		{fmt.Errorf("wrapped: %w", errHeap), "wrapped: heap"},
		{syscall.ENOENT, syscall.ENOENT.Error()},
		{&panics{}, "PANIC=Error method: boom"},
		{(*panics)(nil), "PANIC=Error method: boom"},
		{&keeper{n: 7}, "kept"},
	}
	for _, test := range tests {
		if err := p.Fire(test.err); err != nil {
			t.Fatal(err)
		}
		if got := textAt(recorder.Last()[0]); got != test.want {
			t.Errorf("fired %q, want %q", got, test.want)
		}
	}
	runtime.GC()
	if kept.n != 7 {
		t.Errorf("what an Error method kept became %d", kept.n)
	}
}

// TestFireLocalErrors fires errors that the compiler places on the stack, as they refer to other
// variables there, while stacks move and the garbage collector checks every pointer that it meets.
func TestFireLocalErrors(t *testing.T) {
	p := textProbe(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for depth := range 300 {
				done := make(chan error)
				go func() { done <- fireLocal(p, depth%100) }()
				if err := <-done; !errors.Is(err, stapsdt.ErrArgs) || !strings.Contains(err.Error(), "*stapsdt_test.local is a local variable") {
					t.Errorf("Fire of a local variable: %v, want ErrArgs", err)
					return
				}
			}
		}()
	}
	for range 20 {
		runtime.GC()
	}
	wg.Wait()
}

//go:noinline
func fireLocal(p *stapsdt.Probe, depth int) error {
	var frame [256]byte
	if depth > 0 {
		err := fireLocal(p, depth-1)
		frame[depth] = 1
		return err
	}
	n := 1
	return p.Fire(&local{&n})
}
