//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// FuzzPattern compares a pattern with a regular expression that is made of it.
func FuzzPattern(f *testing.F) {
	f.Add("shop:order_*", "shop", "order_start")
	f.Add(`s[^a-c\]]?p:\**`, "ship", "*x")
	f.Add("a/*:[b-/]", "a/b/c", ".")
	f.Fuzz(func(t *testing.T, text, provider, name string) {
		if strings.Contains(text+provider+name, "\x00") {
			return // it ends the texts of command lines and notes
		}
		p, err := parsePattern(text)
		first, second, _ := strings.Cut(text, ":")
		_, badFirst := path.Match(first, "")
		_, badSecond := path.Match(second, "")
		bad := first == "" || second == "" || badFirst != nil || badSecond != nil
		if bad != (err != nil) {
			t.Fatalf("%q: error %v, want one: %t", text, err, bad)
		}
		if err != nil || !utf8.ValidString(text+provider+name) {
			return // package regexp takes all bytes that are not UTF-8 for the same
		}
		n := probeName{provider, name}
		if isLiteral(text) && p.matches(n) != (text == provider+":"+name && first == provider) {
			t.Errorf("the name %q matches %q: %t", text, n, p.matches(n))
		}
		want := expression(first).MatchString(provider) && expression(second).MatchString(name)
		if got := p.matches(n); got != want {
			t.Errorf("%q matches %q: %t, want %t", text, n, got, want)
		}
	})
}

// expression translates a glob that path.Match takes.
func expression(glob string) *regexp.Regexp {
	var b strings.Builder
	runes := []rune(glob)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; r {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		case '\\':
			i++
			b.WriteString(regexp.QuoteMeta(string(runes[i])))
		case '[':
			i = writeClass(&b, runes, i+1)
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(`(?s)\A(?:` + b.String() + `)\z`)
}

// writeClass translates a class from the rune after its [ on, and returns the index of its ].
func writeClass(b *strings.Builder, runes []rune, i int) int {
	negated := runes[i] == '^'
	if negated {
		i++
	}
	var ranges strings.Builder
	for first := true; first || runes[i] != ']'; first = false {
		var lo, hi rune
		lo, i = member(runes, i)
		hi = lo
		if runes[i] == '-' {
			hi, i = member(runes, i+1)
		}
		if lo <= hi { // any other range is empty
			ranges.WriteString(regexp.QuoteMeta(string(lo)) + "-" + regexp.QuoteMeta(string(hi)))
		}
	}
	switch quoted := strings.ReplaceAll(ranges.String(), "--", `-\-`); {
	case negated && quoted == "":
		b.WriteString(".")
	case negated:
		b.WriteString("[^" + quoted + "]")
	case quoted == "":
		b.WriteString(`[^\x00-\x{10FFFF}]`)
	default:
		b.WriteString("[" + quoted + "]")
	}
	return i
}

func member(runes []rune, i int) (r rune, next int) {
	if runes[i] == '\\' {
		i++
	}
	return runes[i], i + 1
}

// FuzzEvents writes an event with any text as text and as JSON: what a process says cannot break
// the line or reach the terminal, and the JSON has it unchanged.
func FuzzEvents(f *testing.F) {
	f.Add("a comm", []byte("tea\n\x1b[31m\u202e"), uint64(7), uint8(1))
	f.Add("\xff\x00", []byte{0, 0xff}, uint64(1)<<63, uint8(2))
	f.Fuzz(func(t *testing.T, comm string, data []byte, number uint64, kind uint8) {
		v := uprobe.Value{Int: number, Read: kind&1 == 0 || kind&2 == 0, Captured: kind&3 != 0,
			Data: data, Length: uint64(len(data)), Cut: kind&4 != 0}
		v.Captured = v.Captured && v.Read
		c := captureLast()
		if kind&8 != 0 {
			c = uprobe.Capture{Arg: 4, Length: 5, Max: 10}
		}
		ev := anEvent(intValue(-1))
		ev.Comm = []byte(comm)
		ev.Args[c.Arg] = v
		plan := planFor(sixArgs, c)
		line := newTextEvents(plan, false).append(nil, ev)
		hidden := func(r rune) bool { return !printable.Rune(r) }
		if !bytes.HasSuffix(line, lineFeed) || bytes.ContainsFunc(line[:len(line)-1], hidden) ||
			!utf8.Valid(line) {
			t.Errorf("text %+q", line)
		}
		checkEventJSON(t, newJSONEvents(plan).append(nil, ev), ev, c)
	})
}

func checkEventJSON(t *testing.T, line []byte, ev *uprobe.Event, c uprobe.Capture) {
	t.Helper()
	var got struct {
		Time time.Time
		Comm string
		Args []any
		Cut  []int
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&got); err != nil || bytes.Count(line, lineFeed) != 1 {
		t.Fatalf("%+q: %v", line, err)
	}
	v := ev.Args[c.Arg]
	var want any
	switch {
	case v.Captured && c.Length >= 0:
		want = base64.StdEncoding.EncodeToString(v.Data)
	case v.Captured:
		want = strings.ToValidUTF8(string(v.Data), "\ufffd")
	}
	sameText := func(got, want any) bool {
		a, isText := got.(string)
		b, wantText := want.(string)
		// encoding/json has a replacement for each byte that is not UTF-8, ToValidUTF8 for each run.
		join := func(s string) string { return strings.ReplaceAll(s, "\ufffd", "") }
		return isText == wantText && join(a) == join(b) && (isText || got == want)
	}
	if !got.Time.Equal(ev.Time) || len(got.Args) != len(ev.Args) || !sameText(got.Args[c.Arg], want) ||
		!sameText(got.Comm, strings.ToValidUTF8(string(ev.Comm), "\ufffd")) ||
		v.Cut != (len(got.Cut) == 1) {
		t.Errorf("%s\nis %+v, want %q of %+v", line, got, want, ev)
	}
}

// FuzzTable puts any texts into a table of any width: no line is wider, nor has more than one line.
func FuzzTable(f *testing.F) {
	f.Add("a", "/usr/lib/é\n\x1b", 10, true)
	f.Add(strings.Repeat("x", 900)+"\xff", "", 0, false)
	f.Fuzz(func(t *testing.T, first, second string, width int, cutLeft bool) {
		if width < 0 {
			return // a terminal has no such width
		}
		left := &column{title: "LEFT", least: 3}
		right := &column{title: "RIGHT", right: true, cutLeft: cutLeft, least: 2}
		for _, text := range []string{first, second, ""} {
			left.add(text)
			right.add("x" + second)
		}
		table := &table{columns: []*column{left, right}, cut: []*column{right, left},
			drop: []*column{left}}
		table.fit(width)
		lines := strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n")
		if len(lines) != 4 {
			t.Errorf("%d lines:\n%q", len(lines), lines)
		}
		for _, line := range lines {
			n := utf8.RuneCountInString(line)
			hidden := func(r rune) bool { return !printable.Rune(r) }
			if n > 2*maxCell+2 || width > 0 && n > width || strings.ContainsFunc(line, hidden) {
				t.Errorf("width %d: a line of %d characters: %+q", width, n, line)
			}
		}
	})
}

// FuzzLinear parses any value of --linear: its scale has a bucket for each of its ends.
func FuzzLinear(f *testing.F) {
	f.Add("0,1000,50")
	f.Add("-0x8000000000000000,9223372036854775807,0b1")
	f.Add("0,1.5s,-.25ms")
	f.Fuzz(func(t *testing.T, text string) {
		flags := histFlags{linear: text}
		scale, err := flags.scale(histogram.Nanoseconds)
		if err != nil {
			return
		}
		if text == "" {
			if scale.Linear {
				t.Error("no --linear is a linear scale")
			}
			return
		}
		if !scale.Linear || scale.Lo >= scale.Hi || scale.Step <= 0 || scale.Len() < 1 ||
			scale.Bucket(uint64(scale.Lo), true) != 0 ||
			scale.Bucket(uint64(scale.Hi-1), true) != scale.Len()-1 ||
			scale.Bucket(uint64(scale.Hi), true) != scale.Len() {
			t.Errorf("%q: %+v with %d buckets", text, scale, scale.Len())
		}
	})
}
