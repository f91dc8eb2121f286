package stapsdttest_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

func TestWantFails(t *testing.T) {
	p := provider(t, "want")
	probe := stapsdt.MustProbe2[uint64, string](p, "p", "id", "customer")
	fired := func(args ...any) stapsdttest.Event { return stapsdttest.Fired(probe, args...) }
	long := strings.Repeat("x", 200)
	for _, test := range []struct {
		name  string
		wants []stapsdttest.Event
		text  string
		want  string
	}{
		{"nothing", nil, "Ada",
			"want 0 events, got 1 (-want +got):\n+ want:p id=1 customer=\"Ada\"\n"},
		{"more", []stapsdttest.Event{fired(1, "Ada"), fired(2, stapsdttest.Any)}, "Ada",
			"want 2 events, got 1 (-want +got):\n" +
				"  want:p id=1 customer=\"Ada\"\n- want:p id=2 customer=_\n"},
		{"other", []stapsdttest.Event{fired(1, "Bob")}, "Ada", "want 1 event, got 1 (-want +got):\n" +
			"- want:p id=1 customer=\"Bob\"\n+ want:p id=1 customer=\"Ada\"\n"},
		{"other type", []stapsdttest.Event{{Probe: "want:p", Args: []any{1, "Ada"}}}, "Ada",
			"want 1 event, got 1 (-want +got):\n" +
				"- want:p id=int(1) customer=string(\"Ada\")\n" +
				"+ want:p id=uint64(1) customer=string(\"Ada\")\n"},
		{"long text", []stapsdttest.Event{fired(stapsdttest.Any, long+"y")}, long + "z",
			"want 1 event, got 1 (-want +got):\n" +
				"- want:p id=_ customer=string(\"" + long + "y\")\n" +
				"+ want:p id=uint64(1) customer=string(\"" + long + "z\")\n"},
		{"number of arguments", []stapsdttest.Event{fired(1)}, "Ada", "want 1 event, got 1 " +
			"(-want +got):\n- want:p 1\n+ want:p id=1 customer=\"Ada\"\n"},
	} {
		var f fakeTB
		got := f.run(func(f *fakeTB) {
			r := stapsdttest.Record(f, p)
			probe.Fire(1, test.text)
			r.Want(test.wants...)
		})
		if diff := cmp.Diff(test.want, got); diff != "" || f.fatal {
			t.Errorf("%s: fatal %t (-want +got):\n%s", test.name, f.fatal, diff)
		}
	}
}

// letters returns an event for each letter.
func letters(text string) (events []stapsdttest.Event) {
	for _, c := range text {
		e := stapsdttest.Event{Probe: "diff:p", Args: []any{string(c)}}
		if c == '_' {
			e.Args[0] = stapsdttest.Any
		}
		events = append(events, e)
	}
	return events
}

func TestDiff(t *testing.T) {
	for _, test := range []struct{ want, got, diff string }{
		{"", "", ""},
		{"abc", "abc", ""},
		{"___", "abc", ""},
		{"", "ab", "+a +b"},
		{"ab", "", "-a -b"},
		{"abc", "axc", " a -b +x  c"},
		{"abcd", "bcde", "-a  b  c  d +e"},
		{"ab", "ba", "-a  b +a"},
		{"a_b", "ab", " a  b -b"},
		{"_a", "aba", " a +b  a"},
		{"_b", "ba", " b -b +a"},
		{"abcdefghx", "abcdefghy", "…5  f  g  h -x +y"},
		{"xabcdefghijy", "abcdefghij", "-x  a  b  c …4  h  i  j -y"},
		{"xabcdefgh", "yabcdefgh", "-x +y  a  b  c …5"},
		{"xabcdefy", "abcdef", "-x  a  b  c  d  e  f -y"},
	} {
		diff := stapsdttest.Diff(letters(test.want), letters(test.got))
		short := strings.NewReplacer(" diff:p ", "", "\"", "", "  … ", "…", " as wanted", "", "\n", " ").
			Replace(strings.TrimSuffix(diff, "\n"))
		if short != test.diff {
			t.Errorf("%q, %q: got %q, want %q:\n%s", test.want, test.got, short, test.diff, diff)
		}
	}
}

// TestDiffValues compares what == does not.
func TestDiffValues(t *testing.T) {
	nan := math.NaN()
	for _, test := range []struct {
		want, got any
		equal     bool
	}{
		{nan, nan, true}, {nan, 1.0, false}, {1.0, nan, false}, {nan, float32(nan), false},
		{float32(nan), float32(nan), true},
		{[]byte(nil), []byte{}, true}, {[]byte("a"), []byte("b"), false}, {[]byte("a"), "a", false},
		{data("a"), data("a"), true}, {data("a"), []byte("a"), false},
		{nil, nil, true}, {nil, 1, false}, {[]int{1}, []int{1}, true}, {stapsdttest.Any, nan, true},
	} {
		of := func(arg any) []stapsdttest.Event {
			return []stapsdttest.Event{{Probe: "p:p", Args: []any{arg}}}
		}
		if diff := stapsdttest.Diff(of(test.want), of(test.got)); (diff == "") != test.equal {
			t.Errorf("%#v, %#v: %q", test.want, test.got, diff)
		}
	}
}

// TestDiffLong bounds what is written, and what it takes.
func TestDiffLong(t *testing.T) {
	numbers := func(from, to int) (events []stapsdttest.Event) {
		for i := from; i < to; i++ {
			events = append(events, stapsdttest.Event{Probe: "long:p", Args: []any{i}})
		}
		return events
	}
	var want strings.Builder
	for i := range 100 {
		fmt.Fprintf(&want, "- long:p %d\n", i)
	}
	want.WriteString("  … 39900 lines more\n")
	got := stapsdttest.Diff(numbers(0, 20_000), numbers(20_000, 40_000))
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want.Reset()
	want.WriteString("  … 19997 as wanted\n")
	for i := 19_997; i < 20_000; i++ {
		fmt.Fprintf(&want, "  long:p %d\n", i)
	}
	want.WriteString("+ long:p 20000\n")
	got = stapsdttest.Diff(numbers(0, 20_000), numbers(0, 20_001))
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
