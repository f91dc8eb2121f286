package provider_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/internal/tracing/provider"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// FuzzParse holds Parse to its promises for any text: no panic, errors of one type, places within
// bounds, and signatures that can be written and read again. Run it with
//
//	go test -fuzz=FuzzParse -fuzztime=60s ./internal/tracing/provider
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("../catalog/builtin/*.d")
	if err != nil || len(files) == 0 {
		f.Fatal("no descriptions", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(oursText)
	f.Add("#define Oid \\\n unsigned\ntypedef struct { int x; } s;\nprovider p { // One.\n// Two.\n" +
		"probe a(Oid o, s *, char *t, int t_len, void *arg4, long arg4_len, enum e[3], x_t);\n}")

	f.Fuzz(func(t *testing.T, text string) {
		signatures, err := provider.Parse("fuzz.d", text)
		if err != nil {
			var mistake *provider.Error
			if !errors.As(err, &mistake) || mistake.Line < 1 || mistake.Column < 1 {
				t.Fatalf("%v", err)
			}
			_ = mistake.Excerpt()
			return
		}
		for _, s := range signatures {
			if s.Places() > 64 {
				t.Fatalf("%d places", s.Places())
			}
		}
		written, left := provider.Write(signatures)
		again, err := provider.Parse("again.d", written)
		if err != nil || len(left) > 0 {
			t.Fatalf("%v, left %v\n%s", err, left, written)
		}
		byName := cmpopts.SortSlices(func(a, b signature.Signature) bool {
			return a.Provider < b.Provider || a.Provider == b.Provider && a.Probe < b.Probe
		})
		ignored := cmp.Options{
			cmpopts.IgnoreFields(signature.Type{}, "Name"),
			cmpopts.IgnoreFields(signature.Signature{}, "Description"), cmpopts.EquateEmpty(), byName,
		}
		forgetLengths(signatures)
		forgetLengths(again)
		if diff := cmp.Diff(signatures, again, ignored); diff != "" {
			t.Fatalf("-want +got\n%s%s", diff, written)
		}
	})
}

// forgetLengths takes away the names that Write may leave out, because they could be those of the
// length of the argument before.
func forgetLengths(of []signature.Signature) {
	for _, s := range of {
		for i, p := range s.Params {
			if strings.HasSuffix(p.Name, "_len") {
				s.Params[i].Name = ""
			}
		}
	}
}

// FuzzWrite holds Write to its promise for any names, as hostile programs can have them: Parse
// reads what it writes, with as many arguments at the same places. Run it with
//
//	go test -fuzz=FuzzWrite -fuzztime=60s ./internal/tracing/provider
func FuzzWrite(f *testing.F) {
	f.Add("web", "request", "A request. */", "id", "main.Status", uint8(signature.Int), uint8(3))
	f.Add("web", "request", "*/ int", "int", "int", uint8(signature.Bytes), uint8(3))
	f.Add("p", "q", "# /* //", "arg1", "unsigned char", uint8(signature.Bool), uint8(0))
	f.Add("p", "q", "", "a", "const char *", uint8(signature.Text), uint8(3))
	f.Fuzz(func(t *testing.T, providerName, probe, description, name, typeName string,
		kind, size uint8,
	) {
		typ := signature.Type{
			Name: typeName, Kind: signature.Kind(kind % uint8(signature.Bytes+1)), Size: 1 << (size % 4),
		}
		if typ.Kind >= signature.Duration || typ.Kind == 0 {
			typ.Size = 8
		}
		other := signature.Type{Name: "time.Duration", Kind: signature.Duration, Size: 8}
		s := signature.New(providerName, probe, description, signature.Param{Name: name, Type: typ},
			signature.Param{Name: "other", Type: other}, signature.Param{Type: typ})
		text, left := provider.Write([]signature.Signature{s})
		again, err := provider.Parse("again.d", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(again)+len(left) != 1 {
			t.Fatalf("%d written, %d left\n%s", len(again), len(left), text)
		}
		for _, got := range again {
			if got.Places() != s.Places() || len(got.Params) != len(s.Params) {
				t.Fatalf("places %v, want %v\n%s", got.Params, s.Params, text)
			}
		}
	})
}
