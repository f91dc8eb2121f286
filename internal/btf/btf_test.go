package btf_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cilium/ebpf/btf"

	ours "github.com/go-usdt/usdt/internal/btf"
)

// TestStringsAreShared: names of parameters, types and tags are there once, however many functions
// have them.
func TestStringsAreShared(t *testing.T) {
	b := ours.New([]ours.Type{{Name: "uint64", Kind: ours.Int, Size: 8}})
	for range 100 {
		b.AddTag("provider:shop", b.AddFunc("order", []ours.ID{1}, []string{"customer"}))
	}
	section := b.Bytes()
	for s, want := range map[string]int{"uint64": 1, "customer": 1, "provider:shop": 1} {
		if got := bytes.Count(section, []byte("\x00"+s+"\x00")); got != want {
			t.Errorf("%q is there %d times, want %d", s, got, want)
		}
	}
}

// FuzzBuilder: cilium/ebpf reads what was written. The lines of texts are the name of a function,
// its description, and the names of its parameters.
func FuzzBuilder(f *testing.F) {
	f.Add("order_start\na customer's \"order\"\nid\ncustomer")
	f.Add("a\n\\ö\n\n\nid\nid\n\xff")
	f.Fuzz(func(t *testing.T, texts string) {
		lines := strings.Split(strings.ReplaceAll(texts, "\x00", ""), "\n")
		if len(lines) < 2 || len(lines) > 2+6 || lines[0] == "" {
			return
		}
		name, description, names := lines[0], lines[1], lines[2:]
		b := ours.New([]ours.Type{
			{Name: "int", Kind: ours.Int, Size: 8, Encoding: ours.Signed},
			{Name: "text", Kind: ours.Typedef, Of: 3}, // refers to a later type
			{Kind: ours.Pointer, Of: 1},
		})
		var types []ours.ID
		for i := range names {
			types = append(types, ours.ID(1+i%3))
		}
		function := b.AddFunc(name, types, names)
		b.AddTag(description, function)
		spec, err := btf.LoadSpecFromReader(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		typ, err := spec.TypeByID(btf.TypeID(function))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, typ.(*btf.Func), name, description, names)
	})
}

func compare(t *testing.T, f *btf.Func, name, description string, names []string) {
	t.Helper()
	params := f.Type.(*btf.FuncProto).Params
	if f.Name != name || len(f.Tags) != 1 || f.Tags[0] != description || len(params) != len(names) {
		t.Fatalf("read %+v, want %q, %q and %d parameters", f, name, description, len(names))
	}
	for i, p := range params {
		var ok bool
		switch i % 3 {
		case 0:
			_, ok = p.Type.(*btf.Int)
		case 1:
			_, ok = btf.UnderlyingType(p.Type).(*btf.Pointer)
		case 2:
			_, ok = p.Type.(*btf.Pointer)
		}
		if p.Name != names[i] || !ok {
			t.Errorf("parameter %d is %+v, want the name %q", i, p, names[i])
		}
	}
}
