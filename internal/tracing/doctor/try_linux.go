package doctor

import (
	"errors"
	"fmt"
	"os"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// withProbe loads a provider with a probe, calls f with both, and unloads the provider.
func withProbe(b stapsdt.Backing, f func(*stapsdt.Provider, *stapsdt.Probe0) error) (err error) {
	restore := ignoreOperator()
	defer restore()
	provider, err := stapsdt.NewProvider("usdt_doctor", stapsdt.WithBacking(b))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, provider.Close()) }()
	probe, err := stapsdt.NewProbe0(provider, "probe")
	if err != nil {
		return err
	}
	if err := provider.Load(); err != nil {
		return err
	}
	return f(provider, probe)
}

// ignoreOperator unsets the variables by which the operator decides about the probes of programs,
// because the question is what the machine allows. restore sets them again.
func ignoreOperator() (restore func()) {
	saved := make(map[string]string)
	for _, name := range []string{"STAPSDT_BACKING", "STAPSDT_DISABLE"} {
		if value, ok := os.LookupEnv(name); ok {
			saved[name] = value
			os.Unsetenv(name)
		}
	}
	return func() {
		for name, value := range saved {
			_ = os.Setenv(name, value) // it was set before
		}
	}
}

func loadProbes(b stapsdt.Backing) error {
	return withProbe(b, func(*stapsdt.Provider, *stapsdt.Probe0) error { return nil })
}

// errCount says that a uprobe was attached but did not see what it should.
var errCount = errors.New("the kernel counted wrongly")

// traceProbe attaches to a probe of this process, in the same way as to those of others, fires it
// once, and has the kernel count.
func traceProbe() error {
	err := withProbe(stapsdt.MemfdBacking, countFire)
	if err != nil && loadProbes(stapsdt.MemfdBacking) != nil {
		err = withProbe(stapsdt.FileBacking, countFire)
	}
	return err
}

func countFire(provider *stapsdt.Provider, probe *stapsdt.Probe0) (err error) {
	notes, err := sdtnote.ReadFile(provider.Path())
	if err != nil {
		return err
	}
	site := uprobe.Site{Path: provider.Path(), Note: notes[0]}
	counter, err := uprobe.Count(
		[]uprobe.Probe{{Provider: provider.Name(), Name: probe.Name(), Sites: []uprobe.Site{site}}},
		uprobe.Options{PID: os.Getpid()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, counter.Close()) }()
	probe.Fire()
	counts, err := counter.Read()
	if err == nil && counts[0] != 1 {
		err = fmt.Errorf("%w: %d fires of a probe that fired once", errCount, counts[0])
	}
	return err
}
