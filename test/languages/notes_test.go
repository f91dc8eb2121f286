//go:build linux && (amd64 || arm64)

package languages

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/catalog"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// files are those of Debian that have the probes of a provider.
var files = map[string]string{
	"hotspot":    "usr/lib/jvm/*/lib/server/libjvm.so",
	"libstdcxx":  "usr/lib/*/libstdc++.so.6",
	"libvirt":    "usr/lib/*/libvirt.so.0",
	"php":        "usr/bin/php[0-9]*",
	"postgresql": "usr/lib/postgresql/*/bin/postgres",
	"python":     "usr/bin/python3.*[0-9]",
	"ruby":       "usr/lib/*/libruby-*.so.*",

	// Debian builds these without probes.
	"libc": "usr/lib/*/libc.so.6",
	"rtld": "usr/lib/*/ld-linux-*.so.*",
}

var withoutProbes = []string{"libc", "rtld"}

// TestNotes compares the descriptions that are built in with the notes of Debian's files: each
// probe is there, at each of its sites with as many arguments as one of its forms, and addresses are
// large enough.
func TestNotes(t *testing.T) {
	root := debian(t)
	for _, name := range catalog.BuiltinProviders() {
		t.Run(name, func(t *testing.T) {
			notes := notesOf(t, root, files[name])
			if slices.Contains(withoutProbes, name) {
				if len(notes) > 0 {
					t.Errorf("%s has probes now; check the description", files[name])
				}
				return
			}
			forms := make(map[signature.Name][]signature.Signature)
			for _, s := range catalog.Builtin(name) {
				probe := signature.Name{Provider: s.Provider, Probe: s.Probe}
				forms[probe] = append(forms[probe], s)
			}
			for probe, of := range forms {
				if len(notes[probe]) == 0 {
					t.Errorf("%s has no %s", files[name], probe.Probe)
				}
				for _, n := range notes[probe] {
					checkForms(t, of, n)
				}
			}
			t.Logf("%d of %d probes are described", len(forms), len(notes))
		})
	}
}

// notesOf returns the notes of the files that match a pattern, by the names of the probes.
func notesOf(t *testing.T, root, pattern string) map[signature.Name][]sdtnote.Note {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no files (%v)", pattern, err)
	}
	notes := make(map[signature.Name][]sdtnote.Note)
	for _, path := range paths {
		all, err := sdtnote.ReadFile(path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, n := range all {
			name := signature.Name{Provider: n.Provider, Probe: n.Name}
			notes[name] = append(notes[name], n)
		}
	}
	return notes
}

// checkForms checks the form that has as many arguments as the note.
func checkForms(t *testing.T, forms []signature.Signature, n sdtnote.Note) {
	t.Helper()
	args := operand.Parse(n)
	i := slices.IndexFunc(forms, func(s signature.Signature) bool { return s.Places() == len(args) })
	if i < 0 {
		t.Errorf("%s: no form has the %d arguments of %q", n.Name, len(args), n.Args)
		return
	}
	for _, p := range forms[i].Params {
		arg, kind := args[p.Place], p.Type.Kind
		if (kind.IsAddress() || kind == signature.Pointer) && arg.Size != 8 {
			t.Errorf("%s: %v cannot be in %q", n.Name, p, arg.Text)
		}
		// libvirt makes all arguments as large as an address.
		if kind != signature.Bool && n.Provider != "libvirt" && arg.Size > p.Type.Size {
			t.Errorf("%s: %v loses a part of %q", n.Name, p, arg.Text)
		}
	}
}
