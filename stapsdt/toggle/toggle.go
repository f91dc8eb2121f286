// Package toggle loads all probes of a program when a signal comes, also those that it declares
// later, and unloads them when the next comes. So nothing is published before an operator asks:
//
//	stop, err := toggle.OnSignal(nil)
//
// loads and unloads in turn at each SIGUSR2:
//
//	$ kill -USR2 23364
//
// # Environment
//
// If a program imports this package, the operator can choose the signal. Without a call of
// [OnSignal], an import is enough:
//
//	import _ "github.com/go-usdt/usdt/stapsdt/toggle"
//
// STAPSDT_TOGGLE=SIGUSR2, or SIGUSR1 or SIGHUP, when the program is started, switches the toggle
// on, and overrides the signals that the program passes to OnSignal. Any other value is logged and
// ignored, and so is the variable, silently, in a program with more rights than the user who
// started it, such as file capabilities.
//
// # Signals
//
// Without a toggle, SIGUSR2 ends the program, as each signal does that a Go program does not
// expect: do not send it before the program has called OnSignal. After stop, that is so again.
//
// A program can use the same signal for something else. Package os/signal hands it to everybody who
// has called [signal.Notify], so both happen. But [signal.Ignore] and [signal.Reset] of the signal
// end the toggle. C code that installs a handler for the signal takes it away from Go.
//
// Signals that come while probes are loaded or unloaded count as one.
package toggle

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"sync"

	"github.com/go-usdt/usdt/stapsdt"
)

// process is what signals do in this process.
var process struct {
	sync.Mutex
	operators []os.Signal // the choice of the operator, nil if there is none
	toggle    *toggle     // nil while signals do nothing
}

// toggle is a goroutine that waits for signals.
type toggle struct {
	signals chan os.Signal
	done    chan struct{}

	// The lock of process guards these.
	report func(on bool, err error)
	owned  bool // by the program, which has called OnSignal
}

// OnSignal has probes switched on and off in turn at each of the signals, by [stapsdt.Load] and
// [stapsdt.Unload]. Without signals it is SIGUSR2; the operator may have chosen another.
//
// Probes are on while any provider is loaded, whoever has loaded it, and while providers that are
// declared will be loaded, as after a Load before there are any. A Load that fails for all of them
// leaves nothing on: the next signal is another try, and what is declared meanwhile is not loaded.
//
// With STAPSDT_DISABLE=1 in the environment signals switch on and off, but load nothing.
//
// After each signal, report is called, in a goroutine of its own, with whether probes are on now,
// and the error of Load or Unload. Without a report, package log writes a line, which goes where
// [log/slog.SetDefault] leads.
//
// A program has one toggle: libraries leave it to the program. The function stop ends it and leaves
// the probes as they are; when it returns, report is not called any more. Do not call it in report.
// OnSignal and stop are safe for concurrent use.
//
// The error is a [stapsdt.ErrArgs] if there is a toggle already, or for a signal that cannot be
// caught, and [stapsdt.ErrUnsupported] if the system has no SIGUSR2. Where it has, but probes are
// not supported, report gets that error.
func OnSignal(report func(on bool, err error), signals ...os.Signal) (stop func(), err error) {
	if report == nil {
		report = logReport
	}
	process.Lock()
	defer process.Unlock()
	if process.operators != nil {
		signals = process.operators
	}
	t := process.toggle
	switch {
	case t == nil:
		if t, err = start(signals); err != nil {
			return nil, err
		}
	case t.owned:
		return nil, fmt.Errorf("toggle: %w: OnSignal was called before, stop that first",
			stapsdt.ErrArgs)
	}
	t.report, t.owned = report, true
	return sync.OnceFunc(t.stop), nil
}

// start starts a toggle. The caller holds the lock of process, until there is a report.
func start(signals []os.Signal) (*toggle, error) {
	if len(signals) == 0 {
		signals = usual
	}
	if len(signals) == 0 {
		return nil, fmt.Errorf("toggle: %w: this system has no SIGUSR2", stapsdt.ErrUnsupported)
	}
	for _, s := range signals {
		if slices.Contains(uncatchable, s) {
			return nil, fmt.Errorf("toggle: %w: no program can catch %v, name another signal",
				stapsdt.ErrArgs, s)
		}
	}
	t := &toggle{signals: make(chan os.Signal, 1), done: make(chan struct{})}
	signal.Notify(t.signals, signals...)
	process.toggle = t
	go t.run()
	return t, nil
}

func (t *toggle) run() {
	defer close(t.done)
	for range t.signals {
		err := change()
		process.Lock()
		report := t.report
		process.Unlock()
		report(isOn(), err)
	}
}

func (t *toggle) stop() {
	signal.Stop(t.signals)
	close(t.signals)
	<-t.done
	process.Lock() // not before: until then, another toggle would change things twice
	process.toggle = nil
	process.Unlock()
}

func change() error {
	if isOn() {
		return stapsdt.Unload()
	}
	err := stapsdt.Load()
	if err != nil && !isAnyLoaded() {
		return errors.Join(err, stapsdt.Unload()) // or else later ones would be loaded
	}
	return err
}

func isOn() bool { return stapsdt.Following() || isAnyLoaded() }

func isAnyLoaded() bool {
	return slices.ContainsFunc(stapsdt.Providers(), (*stapsdt.Provider).Loaded)
}

func logReport(on bool, err error) {
	state := "unloaded"
	switch {
	case on && isAnyLoaded():
		state = "loaded"
	case on && isKeptOff():
		state = "kept off by STAPSDT_DISABLE in the environment"
	case on:
		state = "on, and none is loaded so far"
	}
	if err != nil {
		log.Printf("tracing probes are %s, with errors: %v", state, err)
		return
	}
	log.Printf("tracing probes are %s", state)
}

// isKeptOff reports whether the operator has Load do nothing: see package stapsdt.
func isKeptOff() bool {
	value := os.Getenv("STAPSDT_DISABLE")
	off, err := strconv.ParseBool(value)
	return value != "" && (off || err != nil)
}
