package command

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// TestDeclared: which signature a probe has does not depend on who comes first.
func TestDeclared(t *testing.T) {
	param := func(name string) signature.Param {
		typ := signature.Type{Name: "int", Kind: signature.Int, Size: 8}
		return signature.Param{Name: name, Type: typ}
	}
	want := []signature.Signature{
		signature.New("a", "same", "A sentence.", param("n")),
		signature.New("b", "p", "", param("a"), param("z")),
	}
	all := append(slices.Clone(want), signature.New("a", "same", "", param("n")),
		signature.New("b", "p", "More.", param("b"), param("a")), signature.New("b", "p", "", param("n")))
	for range 2 {
		var d declared
		for _, s := range all {
			d.add(s)
		}
		var told bytes.Buffer
		d.warnDiffered(&told)
		if diff := cmp.Diff(want, d.sorted()); diff != "" {
			t.Error(diff)
		}
		if got := told.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got,
			"b:p is declared in several ways") || !strings.Contains(got, "(a int, z int)") {
			t.Errorf("told %q", got)
		}
		slices.Reverse(all)
	}
}
