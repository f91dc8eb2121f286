package filter

import (
	"math/rand/v2"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// In random events and filters the arguments before firstText are integers, and those from
// firstText on are texts. There are few different values, so that equal ones are compared.
const firstText = 10

var (
	randomTexts  = []string{"", "GET", "PUT\n", "\x01\xffé"}
	randomValues = []uint64{
		0, 1, 2, 3, 0x7f, 0xff, 1 << 31, 1<<63 - 1, 1 << 63, 1<<64 - 2, 1<<64 - 1,
	}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func randomInt(r *rand.Rand) integer.Int {
	return integer.Of(pick(r, randomValues), r.IntN(2) == 0)
}

func randomEvent(r *rand.Rand) event {
	v := event{map[int]integer.Int{}, map[int]string{}}
	for n := range firstText {
		v.ints[n] = randomInt(r)
	}
	for n := firstText; n < operand.MaxArgs; n++ {
		v.texts[n] = pick(r, randomTexts)
	}
	return v
}

func randomExpr(r *rand.Rand, depth int) Expr {
	if depth == 0 {
		return randomComparison(r)
	}
	switch r.IntN(4) {
	case 0:
		return And{randomExpr(r, depth-1), randomExpr(r, depth-1)}
	case 1:
		return Or{randomExpr(r, depth-1), randomExpr(r, depth-1)}
	case 2:
		x := randomExpr(r, depth-1)
		if c, ok := x.(Compare); ok && c.nonzero() {
			return x // !arg0 is not Go
		}
		return Not{x}
	default:
		return randomComparison(r)
	}
}

func randomComparison(r *rand.Rand) Expr {
	if r.IntN(4) == 0 {
		arg := firstText + r.IntN(operand.MaxArgs-firstText)
		return StringCompare{Arg: arg, Text: pick(r, randomTexts), Equal: r.IntN(2) == 0}
	}
	c := Compare{randomTerm(r), Op(r.IntN(len(opTexts))), randomTerm(r)}
	if r.IntN(2) == 0 {
		c.R = Term{Kind: Literal, Value: randomInt(r)}
	}
	return c
}

func randomTerm(r *rand.Rand) Term {
	t := Term{Kind: pick(r, []Kind{Arg, Arg, Arg, PID, TID})}
	if t.Kind == Arg {
		t.Arg = r.IntN(firstText)
	}
	if r.IntN(3) == 0 {
		t.Mask = pick(r, randomValues)
	}
	return t
}

func TestParseOfString(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		e := randomExpr(r, 5)
		got, err := Parse(e.String())
		if err != nil {
			t.Fatalf("Parse(%v): %v", e, err)
		}
		if got != e {
			t.Fatalf("Parse(%v): got %v", e, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`arg0 > 100 && arg1 == "GET"`, `!(arg0 & 0x4) || -1 >= arg2`, `'a' <= arg0 && (pid == tid)`,
		"arg1 != `raw`", `arg0 && (arg1 && arg2)`, `!!arg3`, `arg0 == 18446744073709551615`,
		`arg0 = "`, `customer == "Ada" && deadline > 1.5s || ok != true`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			syntaxErr, ok := err.(*SyntaxError)
			if !ok || syntaxErr.Offset < 0 || syntaxErr.Offset > len(text) {
				t.Fatalf("%#v", err)
			}
			return
		}
		again, err := Parse(e.String())
		if err != nil || again != e {
			t.Fatalf("Parse(%v): got %v, %v", e, again, err)
		}
		Eval(e, event{})
	})
}
