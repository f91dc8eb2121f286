package signature_test

import (
	"bytes"
	debugelf "debug/elf"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/elffile"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// The types of arguments as the library writes them, made by another encoder.
var (
	char     = &btf.Int{Name: "char", Size: 1, Encoding: btf.Char}
	uint8T   = &btf.Int{Name: "uint8", Size: 1}
	int64T   = &btf.Int{Name: "int64", Size: 8, Encoding: btf.Signed}
	intT     = &btf.Int{Name: "int", Size: 8, Encoding: btf.Signed}
	uint64T  = &btf.Int{Name: "uint64", Size: 8}
	boolT    = &btf.Int{Name: "bool", Size: 1, Encoding: btf.Bool}
	uintptrT = &btf.Int{Name: "uintptr", Size: 8}
	float32T = &btf.Float{Name: "float32", Size: 4}
	float64T = &btf.Float{Name: "float64", Size: 8}
	stringT  = &btf.Typedef{Name: "string", Type: pointer(char)}
	bytesT   = &btf.Typedef{Name: "[]byte", Type: pointer(uint8T)}
	lengthT  = &btf.Typedef{Name: "[]byte_len", Type: intT}
	duration = &btf.Typedef{Name: "time.Duration", Type: int64T}
)

func pointer(to btf.Type) btf.Type { return &btf.Pointer{Target: &btf.Const{Type: to}} }

func param(name string, t btf.Type) btf.FuncParam { return btf.FuncParam{Name: name, Type: t} }

// probe is a probe of the provider web.
func probe(name string, params ...btf.FuncParam) *btf.Func {
	return &btf.Func{
		Name: name, Type: &btf.FuncProto{Return: &btf.Void{}, Params: params},
		Linkage: btf.GlobalFunc, Tags: []string{"provider:web"},
	}
}

func section(tb testing.TB, types ...btf.Type) []byte {
	tb.Helper()
	b, err := btf.NewBuilder(types, nil)
	if err != nil {
		tb.Fatal(err)
	}
	encoded, err := b.Marshal(nil, &btf.MarshalOptions{Order: binary.LittleEndian})
	if err != nil {
		tb.Fatal(err)
	}
	return encoded
}

func read(t *testing.T, types ...btf.Type) []signature.Signature {
	t.Helper()
	all, err := signature.ReadBTF(section(t, types...))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestReadBTFTypes(t *testing.T) {
	all := read(t, probe("all",
		param("id", uint64T), param("body", bytesT), param("body_len", lengthT),
		param("path", stringT), param("ok", boolT), param("ratio", float32T),
		param("price", float64T), param("deadline", duration), param("delta", int64T),
		param("at", uintptrT),
		param("customer", &btf.Typedef{Name: "main.Customer", Type: stringT}),
		param("key", &btf.Typedef{Name: "main.Key", Type: bytesT}), param("key_len", lengthT),
		param("status", &btf.Typedef{Name: "main.Status", Type: uint8T}),
		param("", pointer(char)),
	))
	if len(all) != 1 {
		t.Fatalf("read %v", all)
	}
	s := all[0]
	want := signature.New("web", "all", "",
		named("id", "uint64", signature.Uint, 8), named("body", "[]byte", signature.Bytes, 8),
		named("path", "string", signature.String, 8), named("ok", "bool", signature.Bool, 1),
		named("ratio", "float32", signature.Float, 4), named("price", "float64", signature.Float, 8),
		named("deadline", "time.Duration", signature.Duration, 8),
		named("delta", "int64", signature.Int, 8), named("at", "uintptr", signature.Pointer, 8),
		named("customer", "main.Customer", signature.String, 8),
		named("key", "main.Key", signature.Bytes, 8), named("status", "main.Status", signature.Uint, 1),
		named("", "pointer", signature.Pointer, 8),
	)
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func named(name, typ string, kind signature.Kind, size int) signature.Param {
	return signature.Param{Name: name, Type: signature.Type{Name: typ, Kind: kind, Size: size}}
}

func TestReadBTFProbes(t *testing.T) {
	described := probe("request", param("id", uint64T))
	const sentence = "provider:x is no provider here, but how a sentence can begin"
	described.Tags = append(described.Tags, sentence)
	other := probe("request", param("n", intT))
	other.Tags = []string{"provider:shop"}
	unmarked := probe("helper", param("n", intT))
	unmarked.Tags = nil
	got := read(t, described, other, unmarked, probe("tick"))
	want := []signature.Signature{
		signature.New("web", "request", sentence, named("id", "uint64", signature.Uint, 8)),
		signature.New("shop", "request", "", named("n", "int", signature.Int, 8)),
		signature.New("web", "tick", ""),
	}
	if !sameSet(want, got) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A name that means another place is none: arg0 is the first argument of every probe.
func TestReadBTFNumbers(t *testing.T) {
	all := read(t, probe("swapped", param("arg1", uint64T), param("arg0", intT),
		param("arg", intT), param("arg2x", intT)))
	want := []signature.Signature{signature.New("web", "swapped", "",
		named("", "uint64", signature.Uint, 8), named("", "int", signature.Int, 8),
		named("arg", "int", signature.Int, 8), named("arg2x", "int", signature.Int, 8))}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := all[0].String(); got != "arg0 uint64, arg1 int, arg int, arg2x int" {
		t.Errorf("got %s", got)
	}
}

func noNil(p []signature.Param) map[string]signature.Param {
	byLabel := make(map[string]signature.Param)
	for _, p := range p {
		byLabel[p.Label()] = p
	}
	return byLabel
}

// sameSet compares lists of signatures in any order: the encoder chooses it.
func sameSet(a, b []signature.Signature) bool {
	left, right := signature.NewSet(a), signature.NewSet(b)
	return cmp.Equal(left, right, cmp.Transformer("params", noNil)) && len(a) == len(b)
}

// The name of an instance of a generic type has the names of all its arguments.
func TestReadBTFLongTypeName(t *testing.T) {
	generic := &btf.Typedef{Name: "main.id[" + strings.Repeat("a", 300) + "]", Type: uint64T}
	all := read(t, probe("p", param("id", generic)))
	want := "id main.id[" + strings.Repeat("a", 255-len("main.id[…")) + "…"
	if len(all) != 1 || all[0].String() != want {
		t.Errorf("read %v, want %s", all, want)
	}
}

// Probes that are not as the library writes them have no signature, and harm no other.
func TestReadBTFLeavesOut(t *testing.T) {
	array := &btf.Array{Index: uint64T, Type: uint64T, Nelems: 2}
	deep := btf.Type(uint64T)
	for range 20 {
		deep = &btf.Typedef{Name: "deep", Type: deep}
	}
	for name, f := range map[string]*btf.Func{
		"array":     probe("p", param("a", array)),
		"structure": probe("p", param("a", &btf.Struct{Name: "s", Size: 8})),
		"16 bytes":  probe("p", param("a", &btf.Int{Name: "int128", Size: 16})),
		"deep":      probe("p", param("a", deep)),
		"duplicate": probe("p", param("a", uint64T), param("a", uint64T)),
		"not UTF-8": probe("p", param("\xff", uint64T), param("\xfe", uint64T)),
		"no length": probe("p", param("a", bytesT)),
		"long name": probe("p", param(strings.Repeat("a", 300), uint64T)),
		"void":      probe("p", param("a", &btf.Void{})),
		"too many":  probe("p", make([]btf.FuncParam, 65)...),
	} {
		for i := range f.Type.(*btf.FuncProto).Params {
			if p := &f.Type.(*btf.FuncProto).Params[i]; p.Type == nil {
				p.Type = uint64T
			}
		}
		got := read(t, f, probe("good", param("id", uint64T)))
		if len(got) != 1 || got[0].Probe != "good" {
			t.Errorf("%s: read %v", name, got)
		}
	}
}

func TestReadBTFMalformed(t *testing.T) {
	good := section(t, probe("p", param("id", uint64T)))
	changed := func(offset int, b byte) []byte {
		bad := bytes.Clone(good)
		bad[offset] = b
		return bad
	}
	for name, test := range map[string]struct {
		section []byte
		want    string
	}{
		"empty":         {nil, "no header"},
		"magic":         {changed(0, 0), "no header"},
		"big endian":    {append([]byte{0xeb, 0x9f}, good[2:]...), "no header"},
		"version":       {changed(2, 2), "no header of version 1"},
		"header":        {changed(6, 1), "a header of"},
		"types":         {changed(15, 1), "types behind the end"},
		"strings":       {changed(23, 1), "strings behind the end"},
		"cut":           {changed(12, good[12]-4), "cut off"},
		"half a type":   {changed(12, 4), "4 bytes are left for type 1"},
		"unknown kind":  {changed(24+7, 0x1f), "unknown kind 31"},
		"kind of none":  {changed(24+7, 0), "unknown kind 0"},
		"no end at all": {good[:len(good)-1], "strings behind the end"},
	} {
		all, err := signature.ReadBTF(test.section)
		if all != nil || !errors.Is(err, signature.ErrFormat) ||
			!strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: read %v, error %v, want %s", name, all, err, test.want)
		}
	}
}

// Many probes with many long names would take much more memory than the section.
func TestReadBTFBomb(t *testing.T) {
	params := make([]btf.FuncParam, 60)
	for i := range params {
		params[i] = param(strings.Repeat("x", 200)+string(rune('A'+i)), uint64T)
	}
	shared := &btf.FuncProto{Return: &btf.Void{}, Params: params}
	var types []btf.Type
	for i := range 5000 {
		f := probe("p" + strings.Repeat("p", i%100) + string(rune('A'+i%26)))
		f.Type = shared
		types = append(types, f)
	}
	b := section(t, types...)
	if len(b) > 1<<20 {
		t.Fatalf("the bomb has %d bytes", len(b))
	}
	all, err := signature.ReadBTF(b)
	if all != nil || !errors.Is(err, signature.ErrTooLarge) {
		t.Errorf("read %d signatures, error %v", len(all), err)
	}
}

// imageWith is a file with a probe's note and a section.
func imageWith(tb testing.TB, name string, data []byte) []byte {
	note := elffile.Note64(elffile.TextAddr, elffile.BaseAddr, 0, "web\x00p\x008@%rdi\x00")
	f := elffile.New64(note)
	header := debugelf.SectionHeader{Type: debugelf.SHT_PROGBITS}
	f.Sections = append(f.Sections, elffile.Section{Name: name, SectionHeader: header, Data: data})
	return f.Bytes(tb)
}

func TestReadFile(t *testing.T) {
	good := section(t, probe("p", param("id", uint64T)))
	all, err := signature.ReadFile(bytes.NewReader(imageWith(t, ".BTF", good)))
	if err != nil || len(all) != 1 || all[0].String() != "id uint64" {
		t.Errorf("read %v, error %v", all, err)
	}
	for name, file := range map[string][]byte{
		"other section":   imageWith(t, ".BTF.ext", good),
		"no section":      elffile.New64().Bytes(t),
		"32 bits":         elffile.New(debugelf.ELFCLASS32, debugelf.ELFDATA2LSB).Bytes(t),
		"big endian":      elffile.New(debugelf.ELFCLASS64, debugelf.ELFDATA2MSB).Bytes(t),
		"somebody else's": imageWith(t, ".BTF", section(t, uint64T, boolT)),
	} {
		if all, err := signature.ReadFile(bytes.NewReader(file)); all != nil || err != nil {
			t.Errorf("%s: read %v, error %v", name, all, err)
		}
	}
	for name, file := range map[string][]byte{
		"short":        imageWith(t, ".BTF", good)[:40],
		"no table":     imageWith(t, ".BTF", good)[:200],
		"not of types": imageWith(t, ".BTF", []byte("text")),
		"large":        imageWith(t, ".BTF", make([]byte, 1<<20+1)),
	} {
		all, err := signature.ReadFile(bytes.NewReader(file))
		if all != nil || !errors.Is(err, signature.ErrFormat) ||
			errors.Is(err, signature.ErrTooLarge) != (name == "large") {
			t.Errorf("%s: read %v, error %v", name, all, err)
		}
	}
}
