package btf_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	cilium "github.com/cilium/ebpf/btf"

	"github.com/go-usdt/usdt/internal/btf"
)

// FuzzBuilder describes functions of any names: cilium/ebpf reads them back.
func FuzzBuilder(f *testing.F) {
	f.Add("order_start\nid\nname\ntext of a tag", []byte{2, 0})
	f.Add("a\na\n\xff\n\n[]byte\nb", []byte{1, 3, 0, 6})
	types := []btf.Type{
		{Name: "int8", Kind: btf.Int, Size: 1, Encoding: btf.Signed},
		{Name: "bool", Kind: btf.Int, Size: 1, Encoding: btf.Bool},
		{Name: "float64", Kind: btf.Float, Size: 8},
		{Kind: btf.Const, Of: 1},
		{Kind: btf.Pointer, Of: 4},
		{Name: "string", Kind: btf.Typedef, Of: 5},
	}
	if strconv.IntSize == 32 {
		f.Skip("cilium/ebpf reads no such types in programs of 32 bits")
	}
	f.Fuzz(func(t *testing.T, text string, counts []byte) {
		lines := strings.Split(strings.ReplaceAll(text, "\x00", ""), "\n")
		var want []signature
		b := btf.New(types, btf.Room{})
		for _, n := range counts {
			parameters := int(n) % 7
			if len(lines) < parameters+2 || lines[0] == "" {
				break
			}
			s := signature{lines[0], lines[1 : 1+parameters], nil, lines[1+parameters]}
			for i := range parameters {
				s.types = append(s.types, btf.ID((int(n)+i)%len(types)+1))
			}
			b.AddTag(s.tag, b.AddFunc(s.name, s.types, s.names))
			want = append(want, s)
			lines = lines[parameters+2:]
		}
		spec, err := cilium.LoadSpecFromReader(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range want {
			// Each function takes three types: its parameters, itself, and its tag.
			s.check(t, spec, cilium.TypeID(len(types)+3*i+2))
		}
	})
}

// A signature is that of a function with one tag.
type signature struct {
	name  string
	names []string
	types []btf.ID
	tag   string
}

func (s signature) check(t *testing.T, spec *cilium.Spec, id cilium.TypeID) {
	t.Helper()
	typ, err := spec.TypeByID(id)
	if err != nil {
		t.Fatal(err)
	}
	function, ok := typ.(*cilium.Func)
	if !ok || function.Name != s.name || !slices.Equal(function.Tags, []string{s.tag}) {
		t.Fatalf("type %d is %v, want function %q with tag %q", id, typ, s.name, s.tag)
	}
	parameters := function.Type.(*cilium.FuncProto).Params
	if len(parameters) != len(s.types) {
		t.Fatalf("%v has %d parameters, want %d", function, len(parameters), len(s.types))
	}
	for i, p := range parameters {
		want, err := spec.TypeByID(cilium.TypeID(s.types[i]))
		if err != nil || p.Name != s.names[i] || p.Type != want {
			t.Errorf("parameter %d is %q %v, want %q %v, %v", i, p.Name, p.Type, s.names[i], want, err)
		}
	}
}
