//go:build linux && (amd64 || arm64)

package command

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// planFor is the plan to trace one probe shop:order with the arguments of a note.
func planFor(args string, captures ...uprobe.Capture) *tracePlan {
	note := sdtnote.Note{Provider: "shop", Name: "order", Machine: elf.EM_X86_64, Args: args}
	probe := uprobe.Probe{Provider: note.Provider, Name: note.Name, Sites: []uprobe.Site{{Note: note}}}
	return &tracePlan{
		many: true, probes: []uprobe.Probe{probe}, captures: [][]uprobe.Capture{captures},
	}
}

func TestByTypes(t *testing.T) {
	site := func(args string) uprobe.Site {
		return uprobe.Site{Note: sdtnote.Note{Machine: elf.EM_X86_64, Args: args}}
	}
	probes := []uprobe.Probe{
		{Name: "a", Sites: []uprobe.Site{site("4@$1"), site("-4@$1"), site("4@$2"), site("4@$1 8@$1")}},
		{Name: "b", Sites: []uprobe.Site{site("")}},
	}
	want := []string{":a 2", ":a 1", ":a 1", ":b 1"}
	if diff := cmp.Diff(want, names(byTypes(probes))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func text(s string) uprobe.Value {
	return uprobe.Value{Read: true, Captured: true, Data: []byte(s), Length: uint64(len(s))}
}

func cutText(s string) uprobe.Value {
	v := text(s)
	v.Cut = true
	return v
}

func intValue(n int64) uprobe.Value { return uprobe.Value{Read: true, Int: uint64(n)} }

const sixArgs = "1@%dil -1@%sil 4@%edx -8@%rcx 8@%r8 8@%r9"

// anEvent has arguments of the types sixArgs, of which the last is a text.
func anEvent(last uprobe.Value) *uprobe.Event {
	return &uprobe.Event{
		Time: time.Date(2026, 1, 2, 3, 4, 5, 6789, time.Local),
		PID:  12, TID: 1234567, Comm: []byte("a comm\n"),
		Args: []uprobe.Value{
			intValue(255), intValue(-1), intValue(math.MaxUint32),
			intValue(math.MinInt64), intValue(-1), last,
		},
	}
}

func captureLast() uprobe.Capture { return uprobe.Capture{Arg: 5, Length: -1, Max: 10} }

func TestTextEvents(t *testing.T) {
	const origin = `03:04:05.000006 12      1234567 a comm\n        `
	const integers = "shop:order arg0=255 arg1=-1 arg2=4294967295 " +
		"arg3=-9223372036854775808 arg4=18446744073709551615"
	tests := []struct {
		name   string
		last   uprobe.Value
		format string
		bare   bool
		want   string
	}{
		{
			"text", text("\x00\x1b[31m\"é\xff\u202e"), "", false,
			origin + integers + ` arg5="\x00\x1b[31m\"é\xff\u202e"`,
		},
		{"cut", cutText("0123456789"), "", false, origin + integers + ` arg5="0123456789"…`},
		{"fault", uprobe.Value{Read: true, Int: 7}, "", false, origin + integers + ` arg5=(fault)`},
		{"unreadable", uprobe.Value{}, "", false, origin + integers + ` arg5=(fault)`},
		{"format", text("tea\n"), `%d %d\t%[arg5]s!`, false, origin + "shop:order 255 -1\ttea\\n!"},
		{"format with line feed", text("tea\n"), `%[arg5]s\n`, false, origin + "shop:order tea\\n"},
		{"bare", text("tea\n"), `%[arg5]s`, true, `tea\n`},
		{"empty", text(""), `%[arg5]s`, true, ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan := planFor(sixArgs, captureLast())
			if test.format != "" {
				plan.formats = []*format.Format{mustParseFormat(t, test.format)}
			}
			before := "before\n"
			got := newTextEvents(plan, test.bare).append([]byte(before), anEvent(test.last))
			if diff := cmp.Diff(before+test.want+"\n", string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func mustParseFormat(t *testing.T, text string) *format.Format {
	t.Helper()
	f, err := format.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	f.Escape = printable.AppendEscaped
	return f
}

func TestJSONEvents(t *testing.T) {
	const escaped = `"\u0000\u001b\t\n\"\\é\u007f\u0085\u202e\udb40\udc01` + "\U0001f600\ufffd\""
	plain := "\x00\x1b\t\n\"\\é\x7f\u0085\u202e\U000e0001\U0001f600\xff"
	tests := []struct {
		name string
		last uprobe.Value
		want string // argument and what follows
	}{
		{"text", text(plain), escaped + "]"},
		{"empty", text(""), `""]`},
		{"cut", cutText("0123456789"), `"0123456789"],"cut":[5]`},
		{"fault", uprobe.Value{Read: true, Int: 7}, "null]"},
		{"unreadable", uprobe.Value{}, "null]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ev := anEvent(test.last)
			got := string(newJSONEvents(planFor(sixArgs, captureLast())).append(nil, ev))
			want := fmt.Sprintf(`{"time":"%s.000006789Z","pid":12,"tid":1234567,"comm":"a comm\n",`+
				`"provider":"shop","probe":"order","args":[255,-1,4294967295,-9223372036854775808,18446744073709551615,%s}`,
				ev.Time.UTC().Format("2006-01-02T15:04:05"), test.want) + "\n"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			checkJSONEvent(t, got, ev)
		})
	}
}

// checkJSONEvent reads back with encoding/json what was written.
func checkJSONEvent(t *testing.T, line string, ev *uprobe.Event) {
	t.Helper()
	var parsed struct {
		Time time.Time
		PID  uint32
		Comm string
		Args []any
	}
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&parsed); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	if !parsed.Time.Equal(ev.Time) || parsed.PID != ev.PID || parsed.Comm != string(ev.Comm) {
		t.Errorf("read back: %+v", parsed)
	}
	last := ev.Args[len(ev.Args)-1]
	want := strings.ToValidUTF8(string(last.Data), "\ufffd")
	if last.Captured && parsed.Args[5] != want {
		t.Errorf("read back: %q, want %q", parsed.Args[5], want)
	}
}

func TestJSONEventsOfBytes(t *testing.T) {
	plan := planFor("8@%rdi 4@%esi", uprobe.Capture{Arg: 0, Length: 1, Max: 10})
	ev := &uprobe.Event{Args: []uprobe.Value{cutText("\x00\xff?"), intValue(11)}}
	got := string(newJSONEvents(plan).append(nil, ev))
	if want := `"args":["AP8/",11],"cut":[0]}` + "\n"; !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want the end %s", got, want)
	}
}

// A timestamp writes what time.Format does, in whatever order the times come.
func TestTimestamp(t *testing.T) {
	w := timestamp{layout: time.TimeOnly, digits: 9}
	for _, ns := range []int64{0, 1, 999_999_999, 1e9, 5, 61e9 + 120_000_000, -1, -1e9} {
		when := time.Unix(0, ns)
		if got, want := string(w.append(nil, when)), when.Format("15:04:05.000000000"); got != want {
			t.Errorf("%d ns: got %s, want %s", ns, got, want)
		}
	}
}

func eventWriters(tb testing.TB) map[string]eventWriter {
	tb.Helper()
	plan := planFor(sixArgs, captureLast())
	formatted := *plan
	form, err := format.Parse("id=%d name=%[arg5]s")
	if err != nil {
		tb.Fatal(err)
	}
	formatted.formats = []*format.Format{form}
	return map[string]eventWriter{
		"Text":   newTextEvents(plan, false),
		"Format": newTextEvents(&formatted, false),
		"JSON":   newJSONEvents(plan),
		// A hit that is no end of a span.
		"Timeline": newTimelineEvents(plan, &timelineFlags{key: pairKey{noArgument}}),
	}
}

func TestEventsAllocateNothing(t *testing.T) {
	for name, w := range eventWriters(t) {
		ev := anEvent(text("/index.html"))
		line := w.append(nil, ev)
		if n := testing.AllocsPerRun(100, func() { line = w.append(line[:0], ev) }); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}

func BenchmarkEvent(b *testing.B) {
	for name, w := range eventWriters(b) {
		b.Run(name, func(b *testing.B) {
			ev := anEvent(text("/index.html"))
			var line []byte
			b.ReportAllocs()
			for b.Loop() {
				ev.Time = ev.Time.Add(time.Microsecond)
				line = w.append(line[:0], ev)
			}
		})
	}
}
