package signature_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// Sections that are merged have all signatures, and another reader finds the same types.
func TestMerge(t *testing.T) {
	first := section(t, probe("a", param("id", uint64T), param("path", stringT)), probe("none"))
	second := section(t, probe("b", param("body", bytesT), param("body_len", lengthT)),
		probe("c", param("deadline", duration), param("ok", boolT)))
	merged, err := signature.Merge([][]byte{first, second, first})
	if err != nil {
		t.Fatal(err)
	}
	var want []signature.Signature
	for _, part := range [][]byte{first, second, first} {
		all, err := signature.ReadBTF(part)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, all...)
	}
	got, err := signature.ReadBTF(merged)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, (-want +got)\n%s", err, diff)
	}

	if math.MaxInt == math.MaxInt32 {
		return // the other reader needs 64 bits: a tag on a whole function has the index 1<<32 - 1
	}
	spec, err := btf.LoadSpecFromReader(bytes.NewReader(merged))
	if err != nil {
		t.Fatal(err)
	}
	var f *btf.Func
	if err := spec.TypeByName("c", &f); err != nil {
		t.Fatal(err)
	}
	params := f.Type.(*btf.FuncProto).Params
	if params[0].Name != "deadline" || params[0].Type.TypeName() != "time.Duration" ||
		!slices.Equal(f.Tags, []string{"provider:web"}) {
		t.Errorf("another reader finds %v, tags %q", params, f.Tags)
	}
}

func TestMergeRefuses(t *testing.T) {
	good := section(t, probe("p", param("id", uint64T)))
	strange := section(t, &btf.Struct{Name: "s", Size: 8})
	long := make([]btf.Type, 500)
	for i := range long {
		long[i] = probe(strings.Repeat("x", 1200)+string(rune('0'+i)), param("id", uint64T))
	}
	large := section(t, long...)
	for name, test := range map[string]struct {
		sections [][]byte
		want     error
	}{
		"no types":   {[][]byte{good, []byte("text")}, signature.ErrFormat},
		"structures": {[][]byte{good, strange}, signature.ErrFormat},
		"too large":  {[][]byte{large, large}, signature.ErrTooLarge},
	} {
		if b, err := signature.Merge(test.sections); b != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %d bytes, error %v", name, len(b), err)
		}
	}
	if size := binary.LittleEndian.Uint32(large[12:]); len(large) > 1<<20 || size == 0 {
		t.Errorf("a part has %d bytes and is too large by itself", len(large))
	}
}
