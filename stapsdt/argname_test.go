package stapsdt_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

func TestArgNames(t *testing.T) {
	long := strings.Repeat("n", stapsdt.MaxName)
	for _, test := range []struct {
		names []string // of a string, a []byte and an int
		want  error
		text  string
	}{
		{nil, nil, ""},
		{[]string{"id", "body", "n"}, nil, ""},
		{[]string{"_", "Body_2", long}, nil, ""},
		{[]string{"id", "body"}, stapsdt.ErrArgs, "2 names of 3 arguments"},
		{[]string{"id", "body", "n", "m"}, stapsdt.ErrArgs, "4 names of 3 arguments"},
		{[]string{"id", "body", "id"}, stapsdt.ErrName, `"id": two arguments have it`},
		{[]string{"body_len", "body", "n"}, stapsdt.ErrName, `"body_len": two`},
		{[]string{"id", "body", "body_len"}, stapsdt.ErrName, "the length of a []byte X is X_len"},
		{[]string{"id", "body", ""}, stapsdt.ErrName, "0 bytes long"},
		{[]string{"id", "body", long + "n"}, stapsdt.ErrName, "129 bytes long"},
		{[]string{"2nd", "body", "n"}, stapsdt.ErrName, `byte 0 is '2'`},
		{[]string{"a-b", "body", "n"}, stapsdt.ErrName, `byte 1 is '-'; use letters, digits and "_"`},
		{[]string{"a.b", "body", "n"}, stapsdt.ErrName, `byte 1 is '.'`},
		{[]string{"größe", "body", "n"}, stapsdt.ErrName, "byte 2 is 'ö'"},
		{[]string{"a\x00", "body", "n"}, stapsdt.ErrName, "byte 1 is"},
	} {
		p := stapsdt.MustProvider("p")
		_, err := stapsdt.NewProbe3[string, []byte, int](p, "typed", test.names...)
		checkDeclared(t, p, err, test.want, test.text)
		if len(test.names) != 3 {
			continue
		}
		p = stapsdt.MustProvider("p")
		_, err = p.AddProbeParams("dynamic", stapsdt.Param{Name: test.names[0], Type: stapsdt.String},
			stapsdt.Param{Name: test.names[1], Type: stapsdt.Bytes},
			stapsdt.Param{Name: test.names[2], Type: stapsdt.Int64})
		checkDeclared(t, p, err, test.want, test.text)
	}
}

// checkDeclared checks the error of p's only declaration.
func checkDeclared(t *testing.T, p *stapsdt.Provider, err, want error, text string) {
	t.Helper()
	var e *stapsdt.Error
	switch {
	case !errors.Is(err, want):
		t.Errorf("%v, want %v", err, want)
	case want != nil && (!errors.As(err, &e) || e.Op != "add" || !strings.Contains(err.Error(), text)):
		t.Errorf("%v, want an Error that says %q", err, text)
	case (len(p.Probes()) == 1) != (want == nil):
		t.Errorf("%d probes and the error %v", len(p.Probes()), err)
	}
}

// TestArgNamesAreCopied: the caller may use its slice again.
func TestArgNamesAreCopied(t *testing.T) {
	names := []string{"a", "b"}
	p := stapsdt.MustProvider("p")
	stapsdt.MustProbe2[int, int](p, "first", names...)
	names[0] = "changed"
	if got := stapsdt.ArgNames(p.Probes()[0]); got != "a b" {
		t.Errorf("the names are %q, want a b", got)
	}
}

func TestDescriptions(t *testing.T) {
	p := stapsdt.MustProvider("p")
	probe := stapsdt.MustProbe1[int](p, "probe")
	for _, ok := range []string{"", "Ein größerer \"Satz\".", strings.Repeat("d",
		stapsdt.MaxDescription)} {
		if err := probe.SetDescription(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for bad, text := range map[string]string{
		strings.Repeat("d", stapsdt.MaxDescription+1): "1025 bytes, at most 1024",
		"a\x00b": `control character '\x00' at byte 1`,
		"a\nb":   `control character '\n' at byte 1`,
		"a\x7f":  `control character '\x7f' at byte 1`,
		"\xff":   "not UTF-8",
	} {
		err := probe.SetDescription(bad)
		var e *stapsdt.Error
		if !errors.Is(err, stapsdt.ErrArgs) || !errors.As(err, &e) || e.Op != "describe" ||
			!strings.Contains(err.Error(), "p:probe") || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v, want an ErrArgs that says %q", bad, err, text)
		}
	}
}

func TestDescribePanics(t *testing.T) {
	probe := stapsdt.MustProbe0(stapsdt.MustProvider("p"), "probe")
	if probe.Describe("returns the probe") != probe {
		t.Error("Describe returns another probe")
	}
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, stapsdt.ErrArgs) {
			t.Errorf("panicked with %v, want ErrArgs", err)
		}
	}()
	probe.Describe("two\nlines")
}
