package stapsdt_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

const goarch = runtime.GOARCH

func TestNames(t *testing.T) {
	tests := []struct {
		name string
		ok   bool
	}{
		{"a", true}, {"Shop_2.order-start", true}, {"_", true}, {strings.Repeat("n", stapsdt.MaxName),
			true},
		{"", false}, {strings.Repeat("n", stapsdt.MaxName+1), false}, {"2nd", false}, {"a b", false},
		{"a:b", false}, {"a/b", false}, {"a\x00", false}, {"größe", false}, {"a*", false},
	}
	for _, test := range tests {
		provider, err := stapsdt.NewProvider(test.name)
		if (err == nil) != test.ok || err != nil && !errors.Is(err, stapsdt.ErrName) {
			t.Errorf("NewProvider(%q): %v", test.name, err)
		}
		if err == nil && provider.Name() != test.name {
			t.Errorf("Name() = %q, want %q", provider.Name(), test.name)
		}
		probe, err := stapsdt.MustProvider("p").AddProbe(test.name)
		if (err == nil) != test.ok || err != nil && !errors.Is(err, stapsdt.ErrName) {
			t.Errorf("AddProbe(%q): %v", test.name, err)
		}
		if err == nil && probe.Name() != test.name {
			t.Errorf("Name() = %q, want %q", probe.Name(), test.name)
		}
	}
}

func TestDeclareErrors(t *testing.T) {
	p := stapsdt.MustProvider("p")
	stapsdt.MustProbe0(p, "taken")
	seven := make([]stapsdt.ArgType, 7)
	for i := range seven {
		seven[i] = stapsdt.Int8
	}
	check := func(_ any, err error, want error) {
		t.Helper()
		var e *stapsdt.Error
		if !errors.Is(err, want) || !errors.As(err, &e) || e.Op != "add" || e.Provider != "p" {
			t.Errorf("%v, want an Error with %v", err, want)
		}
	}
	probe, err := p.AddProbe("taken")
	check(probe, err, stapsdt.ErrDuplicate)
	typed, err := stapsdt.NewProbe1[int](p, "taken")
	check(typed, err, stapsdt.ErrDuplicate)
	probe, err = p.AddProbe("seven", seven...)
	check(probe, err, stapsdt.ErrTooManyArgs)
	six, err := stapsdt.NewProbe6[int, int, int, int, int, []byte](p, "six_with_bytes")
	check(six, err, stapsdt.ErrTooManyArgs)
	probe, err = p.AddProbe("type", stapsdt.ArgType(0))
	check(probe, err, stapsdt.ErrArgs)
	probe, err = p.AddProbe("type", stapsdt.Bytes+1)
	check(probe, err, stapsdt.ErrArgs)
	if _, err := stapsdt.NewProvider("p", stapsdt.WithBacking(9)); !errors.Is(err, stapsdt.ErrArgs) {
		t.Errorf("a backing that is none: %v, want ErrArgs", err)
	}
	if _, err := stapsdt.NewProbe0(nil, "p"); !errors.Is(err, stapsdt.ErrArgs) {
		t.Errorf("a provider that is nil: %v, want ErrArgs", err)
	}
	if n := len(p.Probes()); n != 1 {
		t.Errorf("%d probes after refused ones, want 1", n)
	}
}

func TestMustPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"MustProvider": func() { stapsdt.MustProvider("not a name") },
		"MustProbe1":   func() { stapsdt.MustProbe1[int](stapsdt.MustProvider("p"), "") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if err, ok := recover().(error); !ok || !errors.Is(err, stapsdt.ErrName) {
					t.Errorf("panicked with %v, want ErrName", err)
				}
			}()
			f()
		})
	}
}

func TestErrUnsupportedMatches(t *testing.T) {
	if !errors.Is(stapsdt.ErrUnsupported, errors.ErrUnsupported) {
		t.Error("ErrUnsupported does not match errors.ErrUnsupported")
	}
}

func TestArgTypeString(t *testing.T) {
	if got := stapsdt.Bytes.String(); got != "Bytes" {
		t.Errorf("Bytes is called %s", got)
	}
	if got := stapsdt.ArgType(99).String(); got != "ArgType(99)" {
		t.Errorf("99 is called %s", got)
	}
}
