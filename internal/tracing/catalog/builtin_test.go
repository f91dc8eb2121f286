package catalog_test

import (
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/catalog"
)

// TestBuiltin shows that each description is found by the provider's name, and that each probe has
// a sentence for people. The tests of test/languages compare them with the programs.
func TestBuiltin(t *testing.T) {
	names := catalog.BuiltinProviders()
	if len(names) == 0 {
		t.Error("nothing is built in")
	}
	for _, name := range names {
		signatures := catalog.Builtin(name)
		if len(signatures) == 0 {
			t.Errorf("nothing is built in about %s", name)
		}
		for _, s := range signatures {
			if s.Provider != name {
				t.Errorf("%s:%s is in the description of %s", s.Provider, s.Probe, name)
			}
			if s.Description == "" {
				t.Errorf("%s:%s is not described by a sentence", s.Provider, s.Probe)
			}
			for _, p := range s.Params {
				if p.Name == "" || p.Type.Kind == 0 {
					t.Errorf("%s:%s: %v has no name, or a type that nobody knows", s.Provider, s.Probe, p)
				}
			}
		}
	}
	for _, name := range []string{"", ".", "../builtin/python", "python.d", "unheard_of"} {
		if of := catalog.Builtin(name); of != nil {
			t.Errorf("%q: %v", name, of)
		}
	}
}
