package integer_test

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// bigOf is the number by another arithmetic.
func bigOf(i integer.Int) *big.Int {
	n, ok := new(big.Int).SetString(i.String(), 10)
	if !ok {
		panic(i.String())
	}
	return n
}

// TestSum compares with math/big.
func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var sum integer.Sum
	want := new(big.Int)
	list := []integer.Int{integer.Min, integer.Min, {}, integer.Of(math.MaxUint64, false),
		integer.Of(math.MaxInt64, true), integer.Of(math.MaxUint64, true)}
	for range 1000 {
		list = append(list, integer.Of(r.Uint64()>>r.IntN(64), r.IntN(2) == 0))
	}
	for _, n := range list {
		shift := uint(1 + r.IntN(43))
		times := integer.Times(n, shift)
		if want := new(big.Int).Lsh(bigOf(n), shift); times.Big().Cmp(want) != 0 {
			t.Fatalf("%v<<%d is %v, want %v", n, shift, times, want)
		}
		before := sum
		sum = sum.Plus(integer.SumOf(n)).Plus(times)
		want.Add(want, bigOf(n)).Add(want, times.Big())
		if sum.Big().Cmp(want) != 0 || sum.String() != want.String() {
			t.Fatalf("sum %v, want %v", sum, want)
		}
		if got := sum.Compare(before); got != sum.Big().Cmp(before.Big()) {
			t.Fatalf("%v to %v: %d", sum, before, got)
		}
	}
	document, err := json.Marshal(sum)
	var back integer.Sum
	if err == nil {
		err = json.Unmarshal(document, &back)
	}
	if err != nil || string(document) != want.String() || back != sum {
		t.Errorf("JSON %s of %v, %v; back %v", document, sum, err, back)
	}
	if got := integer.SumOf(integer.Of(10, false)).Over(4).FloatString(2); got != "2.50" {
		t.Errorf("10/4 is %s", got)
	}
}

func TestSumRefused(t *testing.T) {
	var s integer.Sum
	for _, document := range []string{`1.5`, `"x"`, `true`, `1e3`,
		`170141183460469231731687303715884105728`, `-170141183460469231731687303715884105729`} {
		if err := json.Unmarshal([]byte(document), &s); err == nil {
			t.Errorf("%s is %v", document, s)
		}
	}
	for _, document := range []string{`170141183460469231731687303715884105727`,
		`-170141183460469231731687303715884105728`} {
		if err := json.Unmarshal([]byte(document), &s); err != nil || s.String() != document {
			t.Errorf("%s is %v, %v", document, s, err)
		}
	}
}
