package format

import (
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
)

var everyVerb = `%d %u %-12s|%08x %p %c %.3f %b %[arg0]20d`

func everyVerbEvent() Values {
	return event{
		integer(-42, 4), unsigned(42, 4), pointer("customer\n"), unsigned(0xbeef, 4), pointer(""),
		unsigned('x', 1), unsigned(0x3ff8000000000000, 8), pointer("bytes\x00\xff"), unsigned(7, 8),
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	f := mustParse(t, everyVerb)
	f.Escape = printable.AppendEscaped
	v := everyVerbEvent()
	line := f.Append(nil, v)
	if n := testing.AllocsPerRun(100, func() { line = f.Append(line[:0], v) }); n != 0 {
		t.Errorf("Append: %v allocations, want 0", n)
	}
}

func BenchmarkAppend(b *testing.B) {
	for name, text := range map[string]string{
		"IntegerAndString": `id=%d name=%[arg2]s`,
		"EveryVerb":        everyVerb,
	} {
		b.Run(name, func(b *testing.B) {
			f := mustParse(b, text)
			f.Escape = printable.AppendEscaped
			v := everyVerbEvent()
			var line []byte
			b.ReportAllocs()
			for b.Loop() {
				line = f.Append(line[:0], v)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`id=%d name=%s`, everyVerb, `%[arg3]-10.5s\n`, `100%% \x41\e[1m`,
		`%#llx%zu`, `%`, `%5.b`, `\`,
	} {
		f.Add(seed)
	}
	v := everyVerbEvent()
	f.Fuzz(func(t *testing.T, text string) {
		format, err := Parse(text)
		if err != nil {
			syntaxErr, ok := err.(*SyntaxError)
			if !ok || syntaxErr.Offset < 0 || syntaxErr.Offset > len(text) {
				t.Fatalf("%#v", err)
			}
			return
		}
		last := -1
		for _, c := range format.Needs() {
			if c.Arg <= last || c.Arg >= operand.MaxArgs || c.Kind == Bytes && c.Length != c.Arg+1 {
				t.Fatalf("needs %+v", format.Needs())
			}
			last = c.Arg
		}
		if err := format.Check(last + 1); err != nil {
			t.Fatal(err)
		}
		if last >= 0 && format.Check(last) == nil {
			t.Fatalf("Check(%d) accepts needs %+v", last, format.Needs())
		}
		format.Append(nil, v)
	})
}
