//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/static"
)

// isChild is set in the environment of the processes that measure.
const isChild = "USDT_BENCH_CHILD"

var (
	provider = stapsdt.MustProvider("bench")
	probe    = stapsdt.MustProbe2[int64, int64](provider, "ints")
	_        = stapsdt.MustProbe2[string, int64](provider, "text")
	_        = stapsdt.MustProbe0(provider, "none")
)

// measureHere prints the costs.
func measureHere() error {
	first, err := load()
	if err != nil {
		return err
	}
	again := first
	for range 100 {
		if err := provider.Unload(); err != nil {
			return err
		}
		took, err := load()
		if err != nil {
			return err
		}
		again = min(again, took)
	}
	runtime.LockOSThread()
	idle := fires(20, 100_000)
	event, err := counter.OpenThread(provider.Path(), "ints")
	if err != nil {
		return err
	}
	const rounds, many = 20, 2000
	traced := fires(rounds, many)
	if n, err := event.Value(); err != nil || n != rounds*many {
		return fmt.Errorf("the event counted %d of %d fires (%v)", n, rounds*many, err)
	}
	fmt.Println(first, again, idle, traced)
	return event.Close()
}

// load returns the nanoseconds of a Load.
func load() (int64, error) {
	began := time.Now()
	err := provider.Load()
	return time.Since(began).Nanoseconds(), err
}

// fires returns the picoseconds of a Fire, in the best of some rounds.
func fires(rounds int, n int64) (best int64) {
	for range rounds {
		began := time.Now()
		for i := range n {
			probe.Fire(i, i)
		}
		took := time.Since(began).Nanoseconds() * 1000 / n
		if best == 0 || took < best {
			best = took
		}
	}
	return best
}
