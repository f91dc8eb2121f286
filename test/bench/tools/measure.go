//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"sync/atomic"
	"time"
)

// A tool is a command line that traces this process.
type tool struct {
	name    string
	command []string
	load    func(n int) float64 // the nanoseconds of a fire, or of a pair
}

const (
	patience = 20 * time.Second
	settling = time.Second // after the site has changed; bpftrace connects its programs only then
	rounds   = 10
)

// attach starts the tool, whose output goes to out, and waits until it traces.
func (t tool) attach(out io.Writer) (stop func() error, err error) {
	var problems bytes.Buffer
	cmd := exec.Command(t.command[0], t.command[1:]...)
	cmd.Stdout, cmd.Stderr = out, &problems
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for begin := time.Now(); !probe.Enabled() && !end.Enabled(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > patience {
			return nil, errors.Join(fmt.Errorf("%s does not attach:\n%s", t.name, &problems),
				cmd.Process.Kill(), cmd.Wait())
		}
	}
	time.Sleep(settling)
	return func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return err
		}
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("%s: %w\n%s", t.name, err, &problems)
		}
		return nil
	}, nil
}

// measureCosts returns the nanoseconds of a fire under each tool. The tools take turns, and the
// fastest time of each counts, because disturbances only add time.
func measureCosts(tools []tool) ([]float64, error) {
	const turns = 3
	best := make([]float64, len(tools))
	for i := range best {
		best[i] = math.Inf(1)
	}
	for range turns {
		for i, t := range tools {
			stop, err := t.attach(io.Discard)
			if err != nil {
				return nil, err
			}
			for range rounds {
				best[i] = min(best[i], t.load(200_000))
			}
			if err := stop(); err != nil {
				return nil, err
			}
		}
	}
	return best, nil
}

// fire returns the nanoseconds of each of n fires.
func fire(n int) float64 {
	return perFire(n, func(i int) { probe.Fire(uint64(i), "GET /index.html") }) // #nosec G115
}

// measureRate fires at full speed for some seconds.
func measureRate(t tool) (fired, printed float64, err error) {
	events := new(eventCounter)
	stop, err := t.attach(events)
	if err != nil {
		return 0, 0, err
	}
	const load = 3 * time.Second
	before, n := events.n.Load(), 0
	begin := time.Now()
	for time.Since(begin) < load {
		fire(1000)
		n += 1000
	}
	seconds := time.Since(begin).Seconds()
	if err := stop(); err != nil {
		return 0, 0, err
	}
	return float64(n) / seconds, float64(events.n.Load()-before) / seconds, nil
}

// An eventCounter counts the events that are written to it: each has the word event once.
type eventCounter struct {
	last []byte // the end of what was written, too short for the word
	n    atomic.Int64
}

func (c *eventCounter) Write(b []byte) (int, error) {
	const word = "event"
	all := append(c.last, b...)
	c.n.Add(int64(bytes.Count(all, []byte(word))))
	c.last = append([]byte(nil), all[max(0, len(all)-len(word)+1):]...)
	return len(b), nil
}
