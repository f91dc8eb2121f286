package integer

import (
	"encoding/json"
	"math/big"
	"testing"
)

// FuzzInt compares Int with integers of any size.
func FuzzInt(f *testing.F) {
	f.Add(uint64(1<<63), true, uint64(1<<63), false)
	f.Add(uint64(0), true, uint64(1<<53+1), false)
	f.Fuzz(func(t *testing.T, a uint64, aSigned bool, b uint64, bSigned bool) {
		x, y := Of(a, aSigned), Of(b, bSigned)
		bigX, bigY := bigOf(a, aSigned), bigOf(b, bSigned)
		if got, want := x.Compare(y), bigX.Cmp(bigY); got != want || (x == y) != (want == 0) {
			t.Errorf("%v compared with %v: %d, want %d", bigX, bigY, got, want)
		}
		text, err := json.Marshal(x)
		if x.String() != bigX.String() || string(text) != bigX.String() || err != nil {
			t.Errorf("%v is %v, and %s in JSON, %v", bigX, x, text, err)
		}
		if want, _ := new(big.Float).SetInt(bigX).Float64(); x.Float() != want {
			t.Errorf("%v is %g, want %g", bigX, x.Float(), want)
		}
	})
}

func bigOf(bits uint64, signed bool) *big.Int {
	if signed {
		return big.NewInt(int64(bits))
	}
	return new(big.Int).SetUint64(bits)
}
