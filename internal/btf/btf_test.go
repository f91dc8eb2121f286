package btf_test

import (
	"bytes"
	"testing"

	"github.com/go-usdt/usdt/internal/btf"
)

// TestStringsAreShared: names of parameters, types and tags are there once, however many functions
// have them.
func TestStringsAreShared(t *testing.T) {
	b := btf.New([]btf.Type{{Name: "uint64", Kind: btf.Int, Size: 8}}, btf.Room{})
	for range 100 {
		b.AddTag("provider:shop", b.AddFunc("order", []btf.ID{1}, []string{"customer"}))
	}
	section := b.Bytes()
	for _, s := range []string{"uint64", "customer", "provider:shop"} {
		if n := bytes.Count(section, []byte("\x00"+s+"\x00")); n != 1 {
			t.Errorf("%q is there %d times, want once", s, n)
		}
	}
}
