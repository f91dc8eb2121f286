package integer

import (
	"cmp"
	"fmt"
	"math/big"
	"math/bits"
)

// A Sum is a sum of up to 1<<62 Ints. It is exact. Equal sums are equal by ==. The zero value is 0.
type Sum struct {
	high int64
	low  uint64
}

// SumOf returns a sum that has one number.
func SumOf(i Int) Sum {
	if i.Negative {
		return Sum{-1, i.Bits}
	}
	return Sum{0, i.Bits}
}

// Times returns n times 1<<shift, for a shift from 1 to 63.
func Times(n Int, shift uint) Sum {
	s := SumOf(n)
	high := uint64(s.high)<<shift | s.low>>(64-shift) // #nosec G115 -- the same bits
	return Sum{int64(high), s.low << shift}           // #nosec G115 -- the same bits
}

// Plus returns s+t.
func (s Sum) Plus(t Sum) Sum {
	low, carry := bits.Add64(s.low, t.low, 0)
	return Sum{s.high + t.high + int64(carry), low} // #nosec G115 -- 0 or 1
}

// Compare returns a negative number, 0 or a positive number when s is less than, equal to or
// greater than t.
func (s Sum) Compare(t Sum) int {
	return cmp.Or(cmp.Compare(s.high, t.high), cmp.Compare(s.low, t.low))
}

// Big returns the sum as a number of any size.
func (s Sum) Big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(s.high), 64)
	return n.Add(n, new(big.Int).SetUint64(s.low))
}

// String writes the sum in decimal, with all its digits.
func (s Sum) String() string { return s.Big().String() }

// MarshalJSON writes a JSON number with all its digits.
func (s Sum) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalJSON reads such a number.
func (s *Sum) UnmarshalJSON(text []byte) error {
	n, ok := new(big.Int).SetString(string(text), 10)
	if !ok {
		return fmt.Errorf("%.40q is no integer", text)
	}
	high := new(big.Int).Rsh(n, 64)
	if !high.IsInt64() {
		return fmt.Errorf("%.40q is beyond 128 bits", text)
	}
	s.high = high.Int64()
	s.low = n.Sub(n, high.Lsh(high, 64)).Uint64()
	return nil
}

// Over returns s divided by n, which is not 0.
func (s Sum) Over(n uint64) *big.Rat {
	return new(big.Rat).SetFrac(s.Big(), new(big.Int).SetUint64(n))
}
