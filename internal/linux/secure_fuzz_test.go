//go:build linux && (amd64 || arm64)

package linux

import (
	"encoding/binary"
	"testing"
)

// FuzzHasSecure reads any auxiliary vector. A program counts as one with more rights than its user
// unless the vector says clearly that it is none.
func FuzzHasSecure(f *testing.F) {
	f.Add([]byte{23, 15: 0})
	f.Add([]byte{6, 15: 0, 16: 23, 24: 1, 31: 0})
	f.Add([]byte{23, 14: 0})
	f.Fuzz(func(t *testing.T, vector []byte) {
		words := make([]uint64, len(vector)/16*2)
		if _, err := binary.Decode(vector, binary.LittleEndian, words); err != nil {
			t.Fatal(err)
		}
		want := true
		for i := 0; i < len(words); i += 2 {
			if words[i] == 23 {
				want = words[i+1] != 0
				break
			}
		}
		if got := hasSecure(vector); got != want {
			t.Errorf("%v: %t, want %t", words, got, want)
		}
	})
}
