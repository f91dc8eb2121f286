package filter

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

func arg(n int) Term              { return Term{Arg: n} }
func masked(n int, m uint64) Term { return Term{Arg: n, Mask: m} }
func number(n int64) Term         { return Term{Kind: Literal, Value: integer.Of(uint64(n), true)} }
func unsigned(n uint64) Term      { return Term{Kind: Literal, Value: integer.Of(n, false)} }
func is(l Term, n int64) Expr     { return Compare{l, Equal, number(n)} }
func set(l Term) Expr             { return Compare{l, NotEqual, number(0)} }

func TestParse(t *testing.T) {
	tests := []struct {
		text string
		want Expr
	}{
		{`arg0 > 100 && arg1 == "GET"`, And{
			Compare{arg(0), Greater, number(100)}, StringCompare{Arg: 1, Text: "GET", Equal: true},
		}},
		{`"GET" != arg1`, StringCompare{Arg: 1, Text: "GET", Equal: false}},
		{"arg1 == `a\\b`", StringCompare{Arg: 1, Text: `a\b`, Equal: true}},
		{`arg1 == "tab\t\"\x41é"`, StringCompare{Arg: 1, Text: "tab\t\"Aé", Equal: true}},
		{`arg1 == ""`, StringCompare{Arg: 1, Text: "", Equal: true}},
		{`arg11`, set(arg(11))},
		{`!pid`, Not{set(Term{Kind: PID})}},
		{`tid!=7`, Compare{Term{Kind: TID}, NotEqual, number(7)}},
		{`arg0 & 0x4`, set(masked(0, 4))},
		{`arg0 & 0xff == 3`, is(masked(0, 255), 3)},
		{`(arg0 & 0xff) == 3`, is(masked(0, 255), 3)},
		{`3 == ((arg0) & 0xff)`, is(masked(0, 255), 3)},
		{`pid & 1`, set(Term{Kind: PID, Mask: 1})},
		{`arg0&0xffffffffffffffff`, set(masked(0, 1<<64-1))},
		{`arg0 < arg1`, Compare{arg(0), Less, arg(1)}},

		{`1 == arg0`, Compare{arg(0), Equal, number(1)}},
		{`1 != arg0`, Compare{arg(0), NotEqual, number(1)}},
		{`1 < arg0`, Compare{arg(0), Greater, number(1)}},
		{`1 <= arg0`, Compare{arg(0), GreaterOrEqual, number(1)}},
		{`1 > arg0`, Compare{arg(0), Less, number(1)}},
		{`1 >= arg0`, Compare{arg(0), LessOrEqual, number(1)}},

		{`arg0 == 0x_1F`, is(arg(0), 31)},
		{`arg0 == 0o17`, is(arg(0), 15)},
		{`arg0 == 017`, is(arg(0), 15)},
		{`arg0 == 0b11`, is(arg(0), 3)},
		{`arg0 == 1_000`, is(arg(0), 1000)},
		{`arg0 == 'c'`, is(arg(0), 'c')},
		{`arg0 == '\n'`, is(arg(0), '\n')},
		{`arg0 == '\''`, is(arg(0), '\'')},
		{`arg0 == '\xff'`, is(arg(0), 255)},
		{`arg0 == 'é'`, is(arg(0), 'é')},
		{`arg0 == -0`, is(arg(0), 0)},
		{`arg0 == -0x10`, is(arg(0), -16)},
		{`arg0 == -9223372036854775808`, is(arg(0), -1<<63)},
		{`arg0 == 18446744073709551615`, Compare{arg(0), Equal, unsigned(1<<64 - 1)}},

		{`arg0 || arg1 && arg2`, Or{set(arg(0)), And{set(arg(1)), set(arg(2))}}},
		{`(arg0 || arg1) && arg2`, And{Or{set(arg(0)), set(arg(1))}, set(arg(2))}},
		{`arg0 && arg1 && arg2`, And{And{set(arg(0)), set(arg(1))}, set(arg(2))}},
		{`arg0 && (arg1 && arg2)`, And{set(arg(0)), And{set(arg(1)), set(arg(2))}}},
		{`!!(arg0 == 1)`, Not{Not{is(arg(0), 1)}}},
		{`!arg0 || arg1`, Or{Not{set(arg(0))}, set(arg(1))}},
		{" \n\targ0\r", set(arg(0))},

		{`customer == "Ada" && cents > 100`, And{
			StringCompare{Name: "customer", Text: "Ada", Equal: true},
			Compare{Term{Name: "cents"}, Greater, number(100)},
		}},
		{`args & 4`, set(Term{Name: "args", Mask: 4})},
		{`ok == true`, Compare{Term{Name: "ok"}, Equal, unsigned(1)}},
		{`false != ok`, Compare{Term{Name: "ok"}, NotEqual, number(0)}},
		{`deadline > 1.5ms`, Compare{Term{Name: "deadline"}, Greater, number(1_500_000)}},
		{`deadline > -1h1s`, Compare{Term{Name: "deadline"}, Greater, number(-3601e9)}},
	}
	for _, test := range tests {
		got, err := Parse(test.text)
		if err != nil {
			t.Errorf("Parse(%s): %v", test.text, err)
		} else if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Parse(%s): -want +got\n%s", test.text, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		text   string
		offset int
		msg    string // a part of it
	}{
		{``, 0, "not the end"},
		{`arg0 >`, 6, "not the end"},
		{`arg0 = 1`, 5, "use =="},
		{`arg0 | 1`, 5, "use ||"},
		{`arg0 + 1 == 2`, 5, "no arithmetic"},
		{`arg0 == - 1`, 8, "right after the -"},
		{`arg1 ~ "a"`, 5, "no patterns"},
		{`$arg0`, 0, "arg0 to arg11"},
		{`arg0 == 1 ?`, 10, "unexpected character '?'"},
		{`arg0 == é`, 8, "unexpected character 'é'"},
		{`arg12 == 1`, 0, "there is no arg12"},
		{`arg01 == 1`, 0, "there is no arg01"},
		{`arg-1 == 1`, 3, "expected an operator"},
		{`id == 1.5x`, 6, "not an integer"},
		{`id == true == 1`, 11, "do not chain"},
		{`arg0 and arg1`, 5, "before \"and\""},
		{`not arg0`, 0, "! for not"},
		{`arg0 arg1`, 5, "expected an operator"},
		{`arg0 == 1 arg1`, 10, "expected an operator"},
		{`(arg0 == 1`, 10, "expected ) before the end"},
		{`arg0 == 1)`, 9, `before ")"`},
		{`()`, 1, `not ")"`},
		{`arg0 && `, 8, "not the end"},
		{`1 < arg0 < 5`, 9, "do not chain"},
		{`1 == 1`, 0, "one side"},
		{`"a" == "b"`, 0, "one side"},
		{`1 == "b"`, 0, "one side"},
		{`1`, 0, "a number alone"},
		{`arg0 && 1`, 8, "a number alone"},
		{`!"a"`, 1, "a string alone"},
		{`!arg0 == 1`, 0, "write !(arg0 == 1)"},
		{`(arg0 && arg1) == 1`, 0, "a condition cannot be compared"},
		{`arg1 < "a"`, 0, "== and != only"},
		{`"a" < arg1`, 6, "== and != only"},
		{`pid == "a"`, 0, "pid is an integer"},
		{`arg0 & 1 == "a"`, 0, "arg0 & 0x1 is an integer"},
		{`arg0 & 0`, 7, "positive integer"},
		{`arg0 & -1`, 7, "positive integer"},
		{`arg0 & arg1`, 7, "positive integer"},
		{`arg0 & 1 & 2`, 0, "takes an argument"},
		{`4 & arg0`, 0, "takes an argument"},
		{`!arg0 & 4`, 0, "takes an argument"},
		{`arg0 == 18446744073709551616`, 8, "64 bits"},
		{`arg0 == -9223372036854775809`, 8, "64 bits"},
		{`arg0 == 12ab`, 8, "not an integer"},
		{`arg0 == 1.5`, 8, "not an integer"},
		{`arg0 == 0x`, 8, "not an integer"},
		{`arg0 == 089`, 8, "not an integer"},
		{`arg1 == 'GET'`, 8, "double quotes"},
		{`arg1 == 'G`, 8, "closing '"},
		{`arg1 == "G`, 8, `closing "`},
		{`arg1 == "\d"`, 8, "bad escape"},
		{"arg1 == \"\xff\"", 8, "UTF-8"},
		{`arg1 == "` + strings.Repeat("x", 128) + `"`, 8, "128 bytes"},
		{strings.Repeat("arg0 || ", 64) + "arg0", 512, "64 comparisons"},
		{strings.Repeat("(", 65) + "arg0" + strings.Repeat(")", 65), 64, "inside each other"},
		{strings.Repeat("!", 1_000_000) + "arg0", 64, "inside each other"},
	}
	for _, test := range tests {
		e, err := Parse(test.text)
		var syntaxErr *SyntaxError
		if !errors.As(err, &syntaxErr) {
			t.Errorf("Parse(%.80q): got %v, %v, want a *SyntaxError", test.text, e, err)
			continue
		}
		if syntaxErr.Offset != test.offset || !strings.Contains(syntaxErr.Msg, test.msg) {
			t.Errorf("Parse(%.80q): got %d: %s\nwant %d: …%s…",
				test.text, syntaxErr.Offset, syntaxErr.Msg, test.offset, test.msg)
		}
	}
}

func TestParseAtLimits(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("arg0 || ", MaxComparisons-1) + "arg0",
		strings.Repeat("(", MaxNesting) + "arg0" + strings.Repeat(")", MaxNesting),
		strings.Repeat("!", MaxNesting) + "arg0",
		strings.Repeat("(arg0) && ", MaxComparisons-1) + "arg0", // beside each other, not inside
		`arg1 == "` + strings.Repeat("x", MaxString) + `"`,
	} {
		if _, err := Parse(text); err != nil {
			t.Errorf("Parse(%.80q): %v", text, err)
		}
	}
}

func TestString(t *testing.T) {
	for text, want := range map[string]string{
		`((arg0 > 1)) && ("a\n" == arg1)`: `arg0 > 1 && arg1 == "a\n"`,
		`arg0 || (arg1 && (arg2 || pid))`: `arg0 != 0 || arg1 != 0 && (arg2 != 0 || pid != 0)`,
		`arg0 && (arg1 && tid)`:           `arg0 != 0 && (arg1 != 0 && tid != 0)`,
		`arg0 || (arg1 || tid)`:           `arg0 != 0 || (arg1 != 0 || tid != 0)`,
		`!(arg0 & 4) && !(arg0) && !!pid`: `!(arg0 & 0x4) && !arg0 && !!pid`,
		`!(arg0 == -1 || arg1 & 7 <= 2)`:  `!(arg0 == -1 || arg1 & 0x7 <= 2)`,
		`18446744073709551615 > arg0`:     `arg0 < 18446744073709551615`,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("Parse(%s): %v", text, err)
		} else if e.String() != want {
			t.Errorf("%s: got %s, want %s", text, e, want)
		}
	}
}

func TestArgs(t *testing.T) {
	e, err := Parse(`arg3 < arg1 && !(arg1 == "a" || pid) || ` +
		`arg7 & 1 && arg3 == 2 && 4 > arg2 && arg0 != "b"`)
	if err != nil {
		t.Fatal(err)
	}
	ints, strings := Args(e)
	if want := []int{1, 2, 3, 7}; !slices.Equal(ints, want) {
		t.Errorf("integers: got %v, want %v", ints, want)
	}
	if want := []int{0, 1}; !slices.Equal(strings, want) {
		t.Errorf("strings: got %v, want %v", strings, want)
	}
}
