package filter

import (
	"go/constant"
	gotoken "go/token"
	"go/types"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// An event is Values with arguments that may be unreadable.
type event struct {
	ints  map[int]integer.Int // signed when negative
	texts map[int]string
}

func (e event) Int(arg int) (value uint64, signed, ok bool) {
	i, ok := e.ints[arg]
	return i.Bits, i.Negative, ok
}

func (e event) String(arg int) (string, bool) {
	text, ok := e.texts[arg]
	return text, ok
}

func (event) PID() uint32 { return 40 }
func (event) TID() uint32 { return 41 }

func TestEval(t *testing.T) {
	v := event{
		ints: map[int]integer.Int{
			0: integer.Of(100, false),
			1: integer.Of(1<<64-1, true),
			2: integer.Of(1<<64-1, false),
			3: {},
			4: integer.Min,
		},
		texts: map[int]string{0: "GET", 1: ""}, // arg9 cannot be read, as an integer or as a text
	}
	tests := map[string]bool{
		`arg0`:                         true,
		`arg3`:                         false,
		`arg1`:                         true,
		`arg0 == 100`:                  true,
		`arg0 != 100`:                  false,
		`arg0 < 100`:                   false,
		`arg0 <= 100`:                  true,
		`arg0 > 100`:                   false,
		`arg0 >= 100`:                  true,
		`arg1 < arg2`:                  true, // with the same bits, as mathematical numbers
		`arg1 == arg2`:                 false,
		`arg1 == -1`:                   true,
		`arg2 == -1`:                   false,
		`arg2 == 0xffffffffffffffff`:   true,
		`arg1 == 0xffffffffffffffff`:   false,
		`arg4 < arg1`:                  true,
		`arg4 == -9223372036854775808`: true,
		`arg1 & 0xff == 255`:           true,
		`arg1 & 0xffffffffffffffff > 0 && arg1 < 0`: true,
		`arg0 & 4`:                      true, // 100 is 0x64
		`arg0 & 0x18`:                   false,
		`pid == 40 && tid == 41`:        true,
		`pid & 1`:                       false,
		`tid & 1`:                       true,
		`arg0 == "GET"`:                 true,
		`arg0 != "GET"`:                 false,
		`arg0 == "GE"`:                  false,
		`arg0 != "GETS"`:                true,
		`arg1 == ""`:                    true,
		`arg9`:                          false,
		`arg9 == 0`:                     false,
		`arg9 != 0`:                     false,
		`arg9 < 5`:                      false,
		`arg0 > arg9`:                   false,
		`arg9 & 1 == 0`:                 false,
		`!(arg9 == 0)`:                  true,
		`arg9 == ""`:                    false,
		`arg9 != ""`:                    false,
		`!(arg9 != "")`:                 true,
		`arg9 == 0 || arg0 == 100`:      true,
		`arg0 == 100 && arg9 == 0`:      false,
		`arg0 == 1 || !(arg0 == 2)`:     true,
		`arg0 == 1 && arg0 == 2 || tid`: true,
	}
	for text, want := range tests {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("Parse(%s): %v", text, err)
		} else if got := Eval(e, v); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

// TestEvalAsGo compares Eval with the Go type checker: a filter without terms that stand alone is a
// constant expression of Go, whose integers have any size.
func TestEvalAsGo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		v := randomEvent(r)
		e := randomExpr(r, 4)
		if got, want := Eval(e, v), evalAsGo(t, e, v); got != want {
			t.Fatalf("%v with %v: got %v, Go says %v", e, v, got, want)
		}
	}
}

func evalAsGo(t *testing.T, e Expr, v event) bool {
	t.Helper()
	pkg := types.NewPackage("p", "p")
	declare := func(name string, typ types.BasicKind, value constant.Value) {
		pkg.Scope().Insert(types.NewConst(gotoken.NoPos, pkg, name, types.Typ[typ], value))
	}
	for n, i := range v.ints {
		value := constant.MakeFromLiteral(strings.TrimPrefix(i.String(), "-"), gotoken.INT, 0)
		if i.Negative {
			value = constant.UnaryOp(gotoken.SUB, value, 0)
		}
		declare("arg"+strconv.Itoa(n), types.UntypedInt, value)
	}
	for n, text := range v.texts {
		declare("arg"+strconv.Itoa(n), types.UntypedString, constant.MakeString(text))
	}
	declare("pid", types.UntypedInt, constant.MakeInt64(int64(v.PID())))
	declare("tid", types.UntypedInt, constant.MakeInt64(int64(v.TID())))
	result, err := types.Eval(gotoken.NewFileSet(), pkg, gotoken.NoPos, e.String())
	if err != nil {
		t.Fatalf("%v: %v", e, err)
	}
	return constant.BoolVal(result.Value)
}
