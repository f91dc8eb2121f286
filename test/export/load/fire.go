//go:build linux && (amd64 || arm64)

package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

const (
	// fireCommand makes this program one of those that fire.
	fireCommand = "fire"
	provider    = "load"
)

// fire is the main function of such a process: its arguments are the numbers of probes and of
// texts, its input is a rate for each time that it is to fire, then 0. It answers each line, at the
// end of firing with the number of fires in all.
func fire(arguments []string) error {
	runtime.GOMAXPROCS(1)
	var sizes [2]int
	for i := range sizes {
		n, err := strconv.Atoi(arguments[i])
		if err != nil {
			return err
		}
		sizes[i] = n
	}
	f, err := newFirer(sizes[0], sizes[1])
	if err != nil {
		return err
	}
	defer stapsdt.Close()
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		rate, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		if rate == 0 {
			close(f.stop)
			fmt.Println(<-f.fired)
			continue
		}
		f.stop = make(chan bool)
		go f.run(rate, f.stop)
		fmt.Println("fires")
	}
	return nil
}

type firer struct {
	probes []*stapsdt.Probe2[string, int64]
	texts  []string
	stop   chan bool
	fired  chan int
}

func newFirer(probes, texts int) (*firer, error) {
	p, err := stapsdt.NewProvider(provider)
	if err != nil {
		return nil, err
	}
	f := &firer{fired: make(chan int)}
	for i := range probes {
		probe, err := stapsdt.NewProbe2[string, int64](p, probeName(i), "key", "value")
		if err != nil {
			return nil, err
		}
		f.probes = append(f.probes, probe)
	}
	for i := range texts {
		f.texts = append(f.texts, fmt.Sprintf("/pages/%05d", i))
	}
	return f, p.Load()
}

// probeName returns a name of which the last digit says which metrics count the probe.
func probeName(i int) string { return fmt.Sprintf("event_%d_%d", i/groups, i%groups) }

// tick is the time between two wakeups: a process fires in bursts, as one does that serves
// requests.
const tick = 10 * time.Millisecond

// run fires at the rate until it is stopped, and sends the number. What could not be fired within a
// second, because there was no processor, is left out.
func (f *firer) run(rate int, stop chan bool) {
	var fired int
	var credit float64
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for last := time.Now(); ; {
		select {
		case <-stop:
			f.fired <- fired
			return
		case now := <-ticker.C:
			credit += min(now.Sub(last).Seconds(), 1) * float64(rate)
			last = now
		}
		for ; credit >= 1; credit-- {
			turn := fired / len(f.probes)
			f.probes[fired%len(f.probes)].Fire(f.texts[turn%len(f.texts)], int64(fired))
			fired++
		}
	}
}
