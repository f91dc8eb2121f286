//go:build linux

// Command program is what the storm tortures. It reads one command a line, and answers each with
// one line:
//
//	load      loads the steady probes; the answer is their file
//	go        starts the storm
//	calm      ends it; the answer is a report in JSON
//	idle      waits until no tracer is attached to a steady probe
//	fire N    fires steady probes N times; the answer is as that of calm
//	breeze    starts a light storm, and leaves the steady probes without texts to fire
//	quiet     gives back what a breeze that has ended took; the answer is a footprint in JSON
//
// At the end of its input it closes everything and ends, with status 0 if nothing is left behind.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

func main() {
	log.SetFlags(0)
	seed := flag.Uint64("seed", 1, "`number` that decides what each goroutine does")
	child := flag.Bool("child", false, "end at once")
	flag.Parse()
	if *child {
		return
	}
	go boundMemory()
	s := newStorm(*seed)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer, err := s.do(lines.Text())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(answer)
	}
	if err := s.close(); err != nil {
		log.Fatal(err)
	}
}

// A storm is all that goes on.
type storm struct {
	seed       uint64
	steady     *steady
	exact      []*probe // those of steady that fireExactly fires
	fleet      []*slot
	wind       *wind         // the last one that blew
	gusts      map[int]*gust // by number
	counters   counters
	goroutines int // in the beginning
}

// draws returns the source of the decisions of one goroutine.
func (s *storm) draws(goroutine int) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed, uint64(goroutine)))
}

func newStorm(seed uint64) *storm {
	s := &storm{seed: seed, gusts: make(map[int]*gust), goroutines: runtime.NumGoroutine()}
	s.steady = newSteady(s.draws(steadyID))
	s.exact = s.steady.probes
	for i := range slots {
		s.fleet = append(s.fleet, newSlot(i, s.draws(fleetID+i)))
	}
	return s
}

// do carries out one command and returns its answer.
func (s *storm) do(line string) (answer string, err error) {
	verb, argument, _ := strings.Cut(line, " ")
	switch verb {
	case "load":
		err = s.steady.provider.Load()
		return s.steady.provider.Path(), err
	case "go":
		s.start()
		return "ok", nil
	case "breeze":
		s.breeze()
		return "ok", nil
	case "quiet":
		return s.quiet()
	case "calm":
		s.wind.calm()
		return s.report(), nil
	case "idle":
		return "ok", s.steady.awaitIdle()
	case "fire":
		n, err := strconv.Atoi(argument)
		if err == nil {
			err = s.fireExactly(n)
		}
		return s.report(), err
	}
	return "", fmt.Errorf("no such command: %q", line)
}

func (s *storm) report() string {
	b, err := json.Marshal(s.counters.report(s.steady))
	if err != nil {
		log.Fatal(err)
	}
	return string(b)
}

// close closes the providers, and checks that nothing of them is left.
func (s *storm) close() error {
	if s.wind != nil {
		s.wind.calm() // unless it has died down
	}
	providers := []*stapsdt.Provider{s.steady.provider}
	for _, slot := range s.fleet {
		providers = append(providers, slot.ship.Load().provider)
	}
	var errs []error
	for _, p := range providers {
		errs = append(errs, p.Close())
	}
	return errors.Join(append(errs, leftovers())...)
}

// patience bounds the wait for a condition. Only a failure takes as long.
const patience = 5 * time.Minute
