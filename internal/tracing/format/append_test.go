package format

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// An argument is one argument of an event. A nil argument could not be read.
type argument struct {
	value  uint64
	size   int
	signed bool
	data   []byte // nil when the argument is a bad address
}

type event []*argument

func (e event) Int(arg int) (value uint64, signed, ok bool) {
	if arg >= len(e) || e[arg] == nil || e[arg] == never {
		return 0, false, false
	}
	return e[arg].value, e[arg].signed, true
}

// never can be read at no hit.
var never = new(argument)

func (e event) Readable(arg int) bool { return arg >= len(e) || e[arg] != never }

func (e event) Size(arg int) int { return e[arg].size }

// Bytes tells that there are more bytes when the next argument says so.
func (e event) Bytes(arg int) (data []byte, cut, ok bool) {
	if arg >= len(e) || e[arg] == nil {
		return nil, false, false
	}
	data = e[arg].data
	if arg+1 < len(e) && e[arg+1] != nil {
		cut = e[arg+1].value > uint64(len(data))
	}
	return data, cut, data != nil
}

func (e event) Append(dst []byte, arg int) []byte {
	return fmt.Appendf(dst, "<%d>", int64(e[arg].value))
}

func integer(n int64, size int) *argument {
	return &argument{value: uint64(n), size: size, signed: true}
}

func unsigned(n uint64, size int) *argument { return &argument{value: n, size: size} }

func float(f float64) *argument { return unsigned(math.Float64bits(f), 8) }

func pointer(data string) *argument {
	return &argument{value: 0x7f00, size: 8, data: []byte(data)}
}

func TestAppend(t *testing.T) {
	minus := event{integer(-1, 4)}
	tests := []struct {
		text string
		v    event
		want string
	}{
		{`id=%d name=%s`, event{integer(-7, 8), pointer("tea")}, "id=-7 name=tea"},
		{`100%% %d%%`, event{integer(5, 1)}, "100% 5%"},
		{`a\tb\n\\\e\x41\033\u00e9\'\"é`, nil, "a\tb\n\\\x1bA\x1bé'\"é"},
		{`%d`, minus, "-1"},
		{`%i`, event{unsigned(1<<64-1, 8)}, "18446744073709551615"},
		{`%d`, event{integer(math.MinInt64, 8)}, "-9223372036854775808"},
		{`%u`, minus, "4294967295"},
		{`%x`, minus, "ffffffff"},
		{`%X`, event{integer(-1, 1)}, "FF"},
		{`%o`, event{integer(-1, 2)}, "177777"},
		{`%x`, event{integer(-1, 8)}, "ffffffffffffffff"},
		{`%p`, event{pointer("")}, "0x7f00"},
		{`%#x %#X`, event{unsigned(255, 1), unsigned(255, 1)}, "0xff 0XFF"},
		{
			`%ld %llx %zu %hhd`,
			event{integer(1, 8), unsigned(10, 8), unsigned(3, 8), integer(4, 1)},
			"1 a 3 4",
		},
		{`%c%c%c`, event{unsigned('a', 1), unsigned('é', 4), unsigned(1<<40, 8)}, "aé\uFFFD"},
		{`%[arg1]d %d %[arg0]d %d`, event{integer(0, 4), integer(1, 4), integer(2, 4)}, "1 2 0 1"},

		{
			`[%5d|%-5d|%05d]`,
			event{integer(-7, 4), integer(-7, 4), integer(-7, 4)},
			"[   -7|-7   |-0007]",
		},
		{
			`[%08x|%#08x|%-08x|%12p]`,
			event{minus[0], unsigned(1, 4), unsigned(1, 4), pointer("")},
			"[ffffffff|0x000001|1       |      0x7f00]",
		},
		{`[%5[arg0]d|%[arg0]5d]`, event{integer(7, 4)}, "[    7|    7]"},
		{
			`[%5s|%-5s|%.2s|%5.1s|%05s]`,
			event{pointer("tea"), pointer("été"), pointer("tea"), pointer("tea"), pointer("tea")},
			"[  tea|été  |te|    t|  tea]",
		},
		{`[%1s]`, event{pointer("longer")}, "[longer]"},
		{`[%3c|%-3c]`, event{unsigned('é', 4), unsigned('b', 1)}, "[  é|b  ]"},

		{
			`%f %.2f %e`,
			event{float(1.5), float(-2.0 / 3), float(1e10)},
			"1.500000 -0.67 1.000000e+10",
		},
		{`%g %g`, event{unsigned(uint64(math.Float32bits(0.1)), 4), float(0.1)}, "0.1 0.1"},
		{
			`[%08.2f|%-8.1f|%8f]`,
			event{float(-1.5), float(1), float(math.NaN())},
			"[-0001.50|1.0     |     NaN]",
		},
		{`%f %g`, event{unsigned(1, 2), unsigned(1, 1)}, "%!f(size=2) %!g(size=1)"},

		{
			`%b %d`,
			event{pointer("a\x00\"\xff\n'é"), unsigned(8, 8), integer(1, 4)},
			`"a\x00\"\xff\n'é" 1`,
		},
		{`%b`, event{pointer("abc"), unsigned(4, 8)}, `"abc"…`},
		{`%.2b`, event{pointer("abc"), unsigned(3, 8)}, `"ab"…`},
		{
			`[%8b|%-8b]`,
			event{pointer("abc"), unsigned(3, 8), pointer("abc"), unsigned(3, 8)},
			`[   "abc"|"abc"   ]`,
		},

		{`%d`, event{nil}, "(fault)"},
		{`%d %s %f`, event{never, never, integer(3, 8)}, "? ? 0.000000"},
		{`%b`, event{unsigned(1, 8), never}, "?"},
		{`[%3d]`, event{never}, "[  ?]"},
		{`%d`, nil, "(fault)"},
		{`%s`, event{unsigned(1, 8)}, "(fault)"},
		{`%b %d`, event{unsigned(1, 8), unsigned(1, 8), integer(3, 8)}, "(fault) 3"},
		{`%v %5v`, event{integer(-3, 8), unsigned(7, 1)}, "<-3>   <7>"},
		{`%v`, event{nil}, "(fault)"},
		{`[%9s|%09d]`, event{unsigned(1, 8), nil}, "[  (fault)|  (fault)]"},
	}
	for _, test := range tests {
		if got := string(mustParse(t, test.text).Append(nil, test.v)); got != test.want {
			t.Errorf("%s:\ngot  %q\nwant %q", test.text, got, test.want)
		}
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	f := mustParse(t, "%5d|%-5d|")
	got := string(f.Append([]byte("before "), event{integer(1, 4), integer(2, 4)}))
	if want := "before     1|2    |"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEscape(t *testing.T) {
	hostile := pointer("a\x1b[2J\n\xff\u202e\u0085\\\"é")
	const escaped = `a\x1b[2J\n\xff\u202e\u0085\"é`
	tests := []struct {
		escape bool
		text   string
		v      event
		want   string
	}{
		{true, `%s\n`, event{hostile}, escaped + "\n"},
		{false, `%s`, event{hostile}, string(hostile.data)},
		{true, `%c%c%c`, event{unsigned('\n', 1), unsigned('é', 4), unsigned(0x1b, 1)}, `\né\x1b`},
		{false, `%c`, event{unsigned('\n', 1)}, "\n"},
		{true, `[%6s]`, event{pointer("a\n")}, `[   a\n]`},
		{false, `%b`, event{pointer("\x1b"), unsigned(1, 8)}, `"\x1b"`},
	}
	for _, test := range tests {
		f := mustParse(t, test.text)
		if test.escape {
			f.Escape = printable.AppendEscaped
		}
		if got := string(f.Append(nil, test.v)); got != test.want {
			t.Errorf("%s, escape %v:\ngot  %q\nwant %q", test.text, test.escape, got, test.want)
		}
	}
}

// TestAppendAsFmt compares Append with Go's fmt where both mean the same. They differ in %#08x,
// where the width includes 0x here, as in C, and in %#.0x of 0.
func TestAppendAsFmt(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	for range 20000 {
		value := r.Uint64() >> r.IntN(64)
		if r.IntN(10) == 0 {
			value = 0
		}
		flags := pick("", "-", "0", "-0", "#")
		directive := "%" + flags + pick("", "1", "8", "20") + pick("", ".0", ".", ".3", ".12")
		var v event
		var operand any
		switch verb := pick("d", "x", "X", "f", "e", "g"); {
		case flags == "#" && (value == 0 || verb != "x" && verb != "X"):
			continue
		case verb == "d" && r.IntN(2) == 0:
			directive, v, operand = directive+verb, event{integer(int64(value), 8)}, int64(value)
		case verb == "f" || verb == "e" || verb == "g":
			directive, v = directive+verb, event{unsigned(value, 8)}
			operand = math.Float64frombits(value)
		default:
			directive, v, operand = directive+verb, event{unsigned(value, 8)}, value
		}
		want := fmt.Sprintf(directive, operand)
		if got := string(mustParse(t, directive).Append(nil, v)); got != want {
			t.Fatalf("%s of %#x: got %q, fmt says %q", directive, value, got, want)
		}
	}
}
