package format

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A described probe has names, in the order of its arguments.
type described []struct {
	name string
	Argument
}

func (d described) Named(name string) (Argument, error) {
	for _, a := range d {
		if a.name == name {
			return a.Argument, nil
		}
	}
	return Argument{}, fmt.Errorf("no argument %s", name)
}

func (d described) At(place int) Argument {
	for _, a := range d {
		if a.Place == place {
			return a.Argument
		}
	}
	return Argument{Place: place}
}

var request = described{
	{"id", Argument{Place: 0}},
	{"method", Argument{Place: 1, Kind: String}},
	{"body", Argument{Place: 2, Kind: Bytes}},
	{"class", Argument{Place: 4, Kind: String, Sized: true}},
	{"last", Argument{Place: 6}},
	{"took", Argument{Place: 7, NoText: "took (time.Duration)"}},
}

func TestBind(t *testing.T) {
	for _, test := range []struct {
		text string
		want []Need
	}{
		{`%[method]s %[id]d`, []Need{{Arg: 0}, {Arg: 1, Kind: String}}},
		{`%[method]d %s`, []Need{{Arg: 1}, {Arg: 2, Kind: Bytes, Length: 3}, {Arg: 3}}},
		{`%[body]v %v %v`, []Need{
			{Arg: 2, Kind: Bytes, Length: 3}, {Arg: 3}, {Arg: 4, Kind: Bytes, Length: 5}, {Arg: 5}, {Arg: 6},
		}},
		{`%d %b %.8b`, []Need{
			{Arg: 0}, {Arg: 1, Kind: String}, {Arg: 2, Kind: Bytes, Length: 3, Max: 8}, {Arg: 3},
		}},
		{`%[class]s %d`, []Need{{Arg: 4, Kind: Bytes, Length: 5}, {Arg: 5}, {Arg: 6}}},
		{`%[body]s %[body]b`, []Need{{Arg: 2, Kind: Bytes, Length: 3}, {Arg: 3}}},
		{`%v`, []Need{{Arg: 0}}},
		{`%[took]v %[took]d`, []Need{{Arg: 7}}},
		{`%[arg7]s`, []Need{{Arg: 7, Kind: String}}}, // the user knows better
	} {
		f := mustParse(t, test.text)
		bound, err := f.Bind(request)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if diff := cmp.Diff(test.want, bound.Needs()); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.text, diff)
		}
		// The format stays as it is, for the next probe.
		again, err := f.Bind(request)
		if err != nil || !slices.Equal(again.Needs(), bound.Needs()) {
			t.Errorf("%s: bound again: %v, error %v", test.text, again, err)
		}
	}
}

func TestBindErrors(t *testing.T) {
	for text, want := range map[string]string{
		`%d %[custmer]s`:     "column 4: no argument custmer",
		`%[method]s %[m]s x`: "column 12: no argument m",
		`%[took]s`:           "column 1: %s reads text, and took (time.Duration) is none; use %v",
		`%[last]d %b`:        "column 10: %b reads text, and took (time.Duration) is none; use %v",
	} {
		_, err := mustParse(t, text).Bind(request)
		var syntaxErr *SyntaxError
		if !errors.As(err, &syntaxErr) || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestAppendByName(t *testing.T) {
	f, err := mustParse(t, `%[body]v %[method]s %[id]v %[class]s`).Bind(request)
	if err != nil {
		t.Fatal(err)
	}
	f.Escape = printable.AppendEscaped
	v := event{
		unsigned(7, 8), pointer("GET\n"), pointer("abc"), unsigned(4, 8), pointer("x"), unsigned(1, 4),
	}
	if got, want := string(f.Append(nil, v)), `"abc"… GET\n <7> x`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
