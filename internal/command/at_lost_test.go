package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestAtEnd: a signal, here the end of the context, ends each command, which reports what there is.
func TestAtEnd(t *testing.T) {
	a := startAtProgram(t, "atend")
	a.fire(t)
	for _, args := range [][]string{
		{"trace", "atend:*"}, {"count", "atend:*"}, {"hist", "atend:order_end", "--arg", "id"},
		{"latency", "atend:order"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var out, stderr bytes.Buffer
		ended := make(chan int)
		go func() {
			ended <- run(ctx, append(args, "--at", a.url), &out, &signalOn{&stderr, "tracing", cancel})
		}()
		if status := <-ended; status != 0 {
			t.Errorf("%v: status %d: %s", args, status, &stderr)
		}
	}
}

// signalOn calls f when a text is written.
type signalOn struct {
	to   io.Writer
	text string
	f    func()
}

func (s *signalOn) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(s.text)) {
		defer s.f()
	}
	return s.to.Write(b)
}

// TestAtLost: while the output waits for its reader, events are lost, and usdt says how many. The
// buffers of the program and of the connection have room for far fewer than are fired meanwhile.
func TestAtLost(t *testing.T) {
	const written, firedMeanwhile = 100_000, 250_000
	provider := stapsdt.MustProvider("atlost")
	probe := stapsdt.MustProbe1[string](provider, "p")
	a := startAtProgram(t, "atlost2")
	text := strings.Repeat("x", 200)
	firing, stop := make(chan struct{}), make(chan struct{})
	var fires sync.WaitGroup
	var once sync.Once
	begin := func() {
		fires.Go(func() {
			for range firedMeanwhile {
				probe.Fire(text)
			}
			close(firing)
			for {
				select {
				case <-stop:
					return
				default:
					probe.Fire(text)
				}
			}
		})
	}
	t.Cleanup(func() {
		close(stop)
		fires.Wait()
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	out := &waitingWriter{until: firing}
	var stderr bytes.Buffer
	status := run(t.Context(), []string{"trace", "--at", a.url, "atlost:p", "--count",
		fmt.Sprint(written)}, out, &signalOn{&stderr, "tracing", func() { once.Do(begin) }})
	var events, lost int
	summary := strings.TrimSpace(stderr.String())
	summary = summary[strings.LastIndexByte(summary, '\n')+1:]
	if _, err := fmt.Sscanf(summary, "usdt: %d events, %d lost", &events, &lost); err != nil {
		t.Fatalf("%q: %v", summary, err)
	}
	if status != 0 || out.lines != written || events != written || lost == 0 {
		t.Errorf("status %d, %d lines: %s", status, out.lines, &stderr)
	}
}

// TestAtFull: if there are more probes than a stream has room for, usdt does not say that events
// came too fast.
func TestAtFull(t *testing.T) {
	a := startAtProgram(t, "atfull2")
	provider := stapsdt.MustProvider("atfull")
	t.Cleanup(func() {
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	first := stapsdt.MustProbe0(provider, "p")
	var last *stapsdt.Probe0
	for n := range wire.MaxProbes {
		last = stapsdt.MustProbe0(provider, fmt.Sprint("p", n))
	}
	var out, stderr bytes.Buffer
	told := make(chan struct{})
	var begin, end sync.Once
	fire := func() {
		for {
			select {
			case <-told:
				first.Fire()
				return
			case <-time.After(10 * time.Millisecond):
				last.Fire()
			}
		}
	}
	status := run(t.Context(), []string{"trace", "--at", a.url, "atfull:*", "--count", "1"}, &out,
		&signalOn{&signalOn{&stderr, "so far, of probes for which", func() {
			end.Do(func() { close(told) })
		}}, "tracing", func() { begin.Do(func() { go fire() }) }})
	if status != 0 || strings.Contains(stderr.String(), "faster") {
		t.Errorf("status %d: %s", status, &stderr)
	}
	wantMatch(t, "stderr", stderr.String(), " so far, of probes for which", "usdt: 1 event, ",
		"a stream has room for 16384 probes; events of later ones are among the lost")
}

// waitingWriter counts lines. Its first Write waits.
type waitingWriter struct {
	until <-chan struct{}
	lines int
}

func (w *waitingWriter) Write(b []byte) (int, error) {
	<-w.until
	w.lines += bytes.Count(b, lineFeed)
	return len(b), nil
}

// TestAtBreaksOff: what came before is written, and the exit status tells.
func TestAtBreaksOff(t *testing.T) {
	a := startAtProgram(t, "atbreak")
	a.fire(t)
	for _, args := range [][]string{{"trace", "atbreak:*"}, {"count", "atbreak:*"}} {
		var out, stderr bytes.Buffer
		status := run(t.Context(), append(args, "--at", a.url), &out,
			&signalOn{&stderr, "tracing", func() { go a.disconnect() }})
		if status != 1 {
			t.Errorf("%v: status %d", args, status)
		}
		wantMatch(t, fmt.Sprint(args), stderr.String(), "broken off", "the program has ended")
		if args[0] == "count" {
			wantMatch(t, "count", out.String(), "total")
		}
	}
}
