//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// A slowTracing is detached when the test says so.
type slowTracing struct {
	release chan struct{}
	err     error
	closed  bool
}

func (s *slowTracing) Detach() error {
	<-s.release
	return s.err
}

func (s *slowTracing) Detached() (sites, of int) { return 1, 3 }

func (s *slowTracing) Close() error {
	s.closed = true
	return nil
}

// watchSignals has the runtime begin to watch signals, on a goroutine that must not belong to a
// synctest bubble.
func watchSignals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGUSR1)
	signal.Stop(c)
}

func TestDetachInTime(t *testing.T) {
	watchSignals()
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		tracing := &slowTracing{release: make(chan struct{}), err: errors.New("refused")}
		var stderr bytes.Buffer
		d := detachAtEnd(ctx, tracing, scope{}, &stderr)
		end()
		ended := time.Now()
		time.AfterFunc(time.Second, func() { close(tracing.release) })
		at, finished, err := d.wait()
		if !finished || !errors.Is(err, tracing.err) || !at.Equal(ended) {
			t.Errorf("finished %t, %v, at %v; want %v", finished, err, at, ended)
		}
		if err := d.close(); err != nil || !tracing.closed {
			t.Errorf("closed %t, %v", tracing.closed, err)
		}
		if stderr.Len() > 0 {
			t.Errorf("stderr: %s", &stderr)
		}
	})
}

// TestDetachTakesLong: the command goes on, says so once, and does not end before the kernel has
// detached.
func TestDetachTakesLong(t *testing.T) {
	watchSignals()
	synctest.Test(t, func(t *testing.T) {
		tracing := &slowTracing{release: make(chan struct{}), err: errors.New("refused")}
		var stderr bytes.Buffer
		d := detachAtEnd(t.Context(), tracing, scope{}, &stderr)
		began := time.Now()
		_, finished, err := d.wait()
		if finished || err != nil || time.Since(began) >= 2*time.Second {
			t.Errorf("finished %t, %v after %v", finished, err, time.Since(began))
		}
		const long = time.Hour
		time.AfterFunc(long, func() { close(tracing.release) })
		err = d.close()
		if !errors.Is(err, tracing.err) || !tracing.closed || time.Since(began) < long {
			t.Errorf("closed %t, %v, after %v", tracing.closed, err, time.Since(began))
		}
		const want = "usdt: the kernel is still detaching: 1 of 3 sites so far; " +
			"usdt writes its results now and ends when the kernel has finished\n"
		if got := stderr.String(); !strings.HasPrefix(got, want) || strings.Count(got, "still") != 1 {
			t.Errorf("stderr: %s", got)
		}
	})
}

// TestFinishWhileDetaching: as long as the kernel detaches, hits can go on and on. The events of
// those until then are written, and the others do not keep the command from ending.
func TestFinishWhileDetaching(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	provider := stapsdt.MustProvider("finishtest")
	number := stapsdt.MustProbe1[int64](provider, "number")
	if err := provider.Load(); err != nil {
		t.Fatal(err)
	}
	defer provider.Close()
	notes, err := sdtnote.ReadFile(provider.Path())
	if err != nil {
		t.Fatal(err)
	}
	plan := &tracePlan{probes: []uprobe.Probe{{
		Provider: "finishtest", Name: "number",
		Sites: []uprobe.Site{{Path: provider.Path(), Note: notes[0]}},
	}}}
	plan.captures = make([][]uprobe.Capture, 1)
	var options uprobe.TraceOptions
	options.PID = os.Getpid()
	tracer, err := uprobe.Trace(plan.probes, options)
	if err != nil {
		t.Fatal(err)
	}
	defer tracer.Close()

	const before = 1000
	for n := range int64(before) {
		number.Fire(n)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := int64(before); ; n++ {
			select {
			case <-stop:
				return
			default:
				number.Fire(n)
			}
		}
	}()
	slow := &slowTracing{release: make(chan struct{})}
	var out, stderr bytes.Buffer
	detach := detachAtEnd(t.Context(), slow, scope{}, &stderr)
	r := traceRun{
		source: tracer, stop: func() (finished bool, err error) {
			_, finished, err = detach.wait()
			return finished, err
		},
		events: newTextEvents(plan, false), out: &out, stderr: &stderr,
	}
	if err := r.finish(); err != nil {
		t.Error(err)
	}
	close(stop)
	<-stopped
	close(slow.release)
	for _, want := range []string{" arg0=0\n", " arg0=999\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no event%s", want)
		}
	}
	if !strings.Contains(stderr.String(), "usdt: the kernel is still detaching: ") {
		t.Errorf("stderr: %s", &stderr)
	}
}
