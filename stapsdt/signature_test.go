//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf/btf"
	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// Types of a program's own.
type (
	status      uint8
	cents       int64
	ratio       float64
	flag        bool
	token       string
	blob        []byte
	pair[T any] string
)

// sentence has no backslash, which bpftool 7.1 prints as a line feed in JSON.
const sentence = `the "shop" öffnet; 'now' 店 %s`

// declareSigned declares probes with all types, and returns what their signatures must be, as
// writeParam and writeType have it.
func declareSigned(t *testing.T, p *stapsdt.Provider) (want []string) {
	t.Helper()
	typed := func(_ any, signature string) { want = append(want, signature) }
	typed(stapsdt.MustProbe0(p, "none"), "none() [provider:test]")
	typed(stapsdt.MustProbe0(p, "said").Describe(sentence), "said() [provider:test; "+sentence+"]")
	typed(stapsdt.MustProbe1[string](p, "a.-b", "text").Describe("one"),
		"a.-b(text string = *const char -1) [provider:test; one]")
	typed(stapsdt.MustProbe2[int, uint](p, "words", "i", "_U9").Describe("provider:x"),
		"words(i int -8, _U9 uint 8) [provider:test; provider:x]")
	typed(stapsdt.MustProbe3[int8, int16, int32](p, "signed", "a", "b", "c").Describe("three"),
		"signed(a int8 -1, b int16 -2, c int32 -4) [provider:test; three]")
	typed(stapsdt.MustProbe4[uint8, uint16, uint32, uint64](p, "unsigned", "a", "b", "c", "d").
		Describe("four"),
		"unsigned(a uint8 1, b uint16 2, c uint32 4, d uint64 8) [provider:test; four]")
	typed(stapsdt.MustProbe5[uintptr, bool, float32, float64, int64](p, "rest", "a", "b", "c", "d",
		"e").Describe("five"),
		"rest(a uintptr 8, b bool 1 bool, c float32 4 float, d float64 8 float, e int64 -8) "+
			"[provider:test; five]")
	typed(stapsdt.MustProbe6[status, cents, ratio, flag, token, time.Duration](p, "own", "status",
		"cents", "ratio", "flag", "token", "took").Describe("six"),
		"own(status stapsdt_test.status = uint8 1, cents stapsdt_test.cents = int64 -8, "+
			"ratio stapsdt_test.ratio = float64 8 float, flag stapsdt_test.flag = bool 1 bool, "+
			"token stapsdt_test.token = string = *const char -1, took time.Duration = int64 -8) "+
			"[provider:test; six]")
	typed(stapsdt.MustProbe3[[]byte, blob, int](p, "bytes", "data", "blob", "n"),
		"bytes(data []byte = *const uint8 1, data_len []byte_len = int -8, "+
			"blob stapsdt_test.blob = []byte = *const uint8 1, blob_len []byte_len = int -8, "+
			"n int -8) [provider:test]")
	typed(stapsdt.MustProbe2[[]byte, status](p, "unnamed"),
		"unnamed( []byte = *const uint8 1,  []byte_len = int -8,  stapsdt_test.status = uint8 1) "+
			"[provider:test]")
	typed(stapsdt.MustProbe1[pair[int]](p, "generic", "p"),
		"generic(p stapsdt_test.pair[int] = string = *const char -1) [provider:test]")
	return append(want, declareDynamic(t, p)...)
}

func declareDynamic(t *testing.T, p *stapsdt.Provider) (want []string) {
	t.Helper()
	check := func(_ *stapsdt.Probe, err error, signature string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, signature)
	}
	probe, err := p.AddProbe("dynamic", stapsdt.Bool, stapsdt.String, stapsdt.Bytes, stapsdt.Float32)
	check(probe, err, "dynamic( bool 1 bool,  string = *const char -1,  []byte = *const uint8 1,  "+
		"[]byte_len = int -8,  float32 4 float) [provider:test]")
	var params []stapsdt.Param
	for i := stapsdt.Int8; i <= stapsdt.Uint16; i++ {
		params = append(params, stapsdt.Param{Name: strings.ToLower(i.String()), Type: i})
	}
	probe, err = p.AddProbeParams("params", params...)
	check(probe, err, "params(int8 int8 -1, int16 int16 -2, int32 int32 -4, int64 int64 -8, "+
		"uint8 uint8 1, uint16 uint16 2) [provider:test]")
	long := strings.Repeat("n", stapsdt.MaxName)
	probe, err = p.AddProbeParams(long, stapsdt.Param{Name: long, Type: stapsdt.Uint64})
	check(probe, err, fmt.Sprintf("%s(%[1]s uint64 8) [provider:test]", long))
	probe, err = p.AddProbeParams("no_params")
	check(probe, err, "no_params() [provider:test]")
	for _, sentence := range []string{"taken back", ""} {
		if err := probe.SetDescription(sentence); err != nil {
			t.Fatal(err)
		}
	}
	return want
}

// TestSignatures: two readers of other people see the signatures of the probes, in both backings.
func TestSignatures(t *testing.T) {
	for _, backing := range []stapsdt.Backing{stapsdt.MemfdBacking, stapsdt.FileBacking} {
		t.Run(backing.String(), func(t *testing.T) {
			p := newProvider(t, stapsdt.WithBacking(backing), stapsdt.WithDir(t.TempDir()))
			want := declareSigned(t, p)
			mustLoad(t, p)
			requireSignatures(t, p.Path(), backing)
			if diff := cmp.Diff(want, ciliumSignatures(t, p.Path())); diff != "" {
				t.Errorf("cilium/ebpf reads (-want +got):\n%s", diff)
			}
			t.Run("bpftool", func(t *testing.T) {
				if diff := cmp.Diff(want, bpftoolSignatures(t, p.Path())); diff != "" {
					t.Errorf("bpftool reads (-want +got):\n%s", diff)
				}
			})
			comparePlaces(t, p.Path())
		})
	}
}

// TestSignaturesOfLaterProbes: each image describes its own probes, and a description comes with
// the next image.
func TestSignaturesOfLaterProbes(t *testing.T) {
	p := newProvider(t)
	early := stapsdt.MustProbe1[int](p, "early", "n")
	mustLoad(t, p)
	requireSignatures(t, p.Path(), stapsdt.MemfdBacking)
	early.Describe("too late for this image")
	late := stapsdt.MustProbe0(p, "late")
	mustLoad(t, p)
	for _, probe := range []struct{ path, want string }{
		{early.Path(), "early(n int -8) [provider:test]"},
		{late.Path(), "late() [provider:test]"},
	} {
		if diff := cmp.Diff([]string{probe.want}, ciliumSignatures(t, probe.path)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if err := p.Unload(); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, p)
	want := []string{"early(n int -8) [provider:test; too late for this image]",
		"late() [provider:test]"}
	if diff := cmp.Diff(want, ciliumSignatures(t, p.Path())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// requireSignatures skips the test if an installed libstapsdt without our extensions published the
// image. Such a one does not publish named files.
func requireSignatures(t *testing.T, path string, backing stapsdt.Backing) {
	t.Helper()
	if backing == stapsdt.FileBacking || takesSignatures(t) {
		return
	}
	if section := sectionBTF(t, path); section != nil {
		t.Errorf("signatures without providerDescribe: %q", section)
	}
	t.Skip("this libstapsdt has no providerDescribe")
}

// sectionBTF returns the content of .BTF, nil if there is none.
func sectionBTF(t *testing.T, path string) []byte {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	section := file.Section(".BTF")
	if section == nil {
		return nil
	}
	content, err := section.Data()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// functions returns the functions of a file in its order.
func functions(t *testing.T, path string) (all []*btf.Func) {
	t.Helper()
	// Of the whole file cilium/ebpf would demand a .symtab.
	spec, err := btf.LoadSpecFromReader(bytes.NewReader(sectionBTF(t, path)))
	if err != nil {
		t.Fatalf("cilium/ebpf: %v", err)
	}
	for typ, err := range spec.All() {
		if err != nil {
			t.Fatal(err)
		}
		if f, ok := typ.(*btf.Func); ok {
			all = append(all, f)
		}
	}
	return all
}

func ciliumSignatures(t *testing.T, path string) (all []string) {
	t.Helper()
	for _, f := range functions(t, path) {
		proto := f.Type.(*btf.FuncProto)
		if _, ok := proto.Return.(*btf.Void); !ok || f.Linkage != btf.GlobalFunc {
			t.Errorf("%s returns %v and has linkage %v", f.Name, proto.Return, f.Linkage)
		}
		var params []string
		for _, p := range proto.Params {
			params = append(params, p.Name+" "+typeText(p.Type))
		}
		all = append(all, signatureText(f.Name, params, f.Tags))
	}
	return all
}

func signatureText(name string, params, tags []string) string {
	return fmt.Sprintf("%s(%s) [%s]", name, strings.Join(params, ", "), strings.Join(tags, "; "))
}

// typeText returns name and size, negative if signed, of a type without members.
func typeText(typ btf.Type) string {
	switch typ := typ.(type) {
	case *btf.Typedef:
		return typ.Name + " = " + typeText(typ.Type)
	case *btf.Pointer:
		return "*" + typeText(typ.Target)
	case *btf.Const:
		return "const " + typeText(typ.Type)
	case *btf.Float:
		return fmt.Sprintf("%s %d float", typ.Name, typ.Size)
	case *btf.Int:
		return map[btf.IntEncoding]string{
			btf.Unsigned: fmt.Sprintf("%s %d", typ.Name, typ.Size),
			btf.Signed:   fmt.Sprintf("%s -%d", typ.Name, typ.Size),
			btf.Bool:     fmt.Sprintf("%s %d bool", typ.Name, typ.Size),
		}[typ.Encoding]
	}
	return fmt.Sprint(typ)
}

// toolType is a type as bpftool prints it.
type toolType struct {
	ID                   uint32
	Kind, Name, Encoding string
	Size                 uint32
	NrBits               uint32 `json:"nr_bits"`
	TypeID               uint32 `json:"type_id"`
	Linkage              string
	Params               []struct {
		Name   string
		TypeID uint32 `json:"type_id"`
	}
}

func bpftoolSignatures(t *testing.T, path string) (all []string) {
	t.Helper()
	cmd := exec.Command(testenv.Tool(t, "bpftool"), "--json", "btf", "dump", "file", path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	var dump struct{ Types []toolType }
	if err := json.Unmarshal(out, &dump); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	types, tags := make(map[uint32]toolType), make(map[uint32][]string)
	for _, typ := range dump.Types {
		types[typ.ID] = typ
		if typ.Kind == "DECL_TAG" {
			tags[typ.TypeID] = append(tags[typ.TypeID], typ.Name)
		}
	}
	for _, typ := range dump.Types {
		if typ.Kind != "FUNC" || typ.Linkage != "global" {
			continue
		}
		var params []string
		for _, p := range types[typ.TypeID].Params {
			name := strings.TrimPrefix(p.Name, "(anon)")
			params = append(params, name+" "+toolTypeText(types, p.TypeID))
		}
		all = append(all, signatureText(typ.Name, params, tags[typ.ID]))
	}
	return all
}

// toolTypeText is typeText for bpftool.
func toolTypeText(types map[uint32]toolType, id uint32) string {
	typ := types[id]
	switch typ.Kind {
	case "TYPEDEF":
		return typ.Name + " = " + toolTypeText(types, typ.TypeID)
	case "PTR":
		return "*" + toolTypeText(types, typ.TypeID)
	case "CONST":
		return "const " + toolTypeText(types, typ.TypeID)
	case "FLOAT":
		return fmt.Sprintf("%s %d float", typ.Name, typ.Size)
	}
	return map[string]string{
		"(none)": fmt.Sprintf("%s %d", typ.Name, typ.NrBits/8),
		"SIGNED": fmt.Sprintf("%s -%d", typ.Name, typ.NrBits/8),
		"BOOL":   fmt.Sprintf("%s %d bool", typ.Name, typ.NrBits/8),
	}[typ.Encoding]
}

// comparePlaces: for each place of a note there is a parameter of its size and sign.
func comparePlaces(t *testing.T, path string) {
	t.Helper()
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	notes, err := sdtnote.Read(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	places := make(map[string][]string)
	for _, n := range notes {
		for operand := range strings.FieldsSeq(n.Args) {
			size, _, _ := strings.Cut(operand, "@")
			places[n.Name] = append(places[n.Name], size)
		}
	}
	for _, f := range functions(t, path) {
		var got []string
		for _, p := range f.Type.(*btf.FuncProto).Params {
			got = append(got, wireSize(t, p.Type))
		}
		if diff := cmp.Diff(places[f.Name], got); diff != "" {
			t.Errorf("%s: sizes in the note and of the parameters:\n%s", f.Name, diff)
		}
	}
}

func wireSize(t *testing.T, typ btf.Type) string {
	t.Helper()
	size, err := btf.Sizeof(typ)
	if err != nil {
		t.Fatal(err)
	}
	if i, ok := btf.UnderlyingType(typ).(*btf.Int); ok && i.Encoding == btf.Signed {
		size = -size
	}
	return fmt.Sprint(size)
}
