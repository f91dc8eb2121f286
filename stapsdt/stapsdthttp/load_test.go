package stapsdthttp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

func TestLoad(t *testing.T) {
	first, second := newProvider(t, "load1"), newProvider(t, "load2")
	stapsdt.MustProbe0(first, "p")
	stapsdt.MustProbe0(second, "p")
	if err := first.Load(); err != nil {
		t.Skip("probes cannot be loaded here: ", err)
	}
	if err := first.Unload(); err != nil {
		t.Fatal(err)
	}
	server := newServer(t)
	for _, test := range []struct {
		path, form  string
		loaded      [2]bool
		status, len int
	}{
		{"load?provider=load1", "", [2]bool{true, false}, 200, 1},
		{"load", "provider=load2", [2]bool{true, true}, 200, 1},
		{"unload?provider=load1", "", [2]bool{false, true}, 200, 1},
		{"load?provider=all", "", [2]bool{true, true}, 200, 2},
		{"unload", "provider=all", [2]bool{false, false}, 200, 2},
		{"load?provider=x", "", [2]bool{}, 400, 0},
		{"load", "provider=load1&provider=load2", [2]bool{}, 400, 0},
		{"load", "provider=load1&x=1", [2]bool{}, 400, 0},
		{"load", "provider=" + strings.Repeat("x", maxQuery), [2]bool{}, 400, 0},
		{"load?provider=" + strings.Repeat("x", maxQuery), "", [2]bool{}, 414, 0},
		{"load", "%zz", [2]bool{}, 400, 0},
		{"load", "", [2]bool{}, 400, 0},
	} {
		response, text := do(t, "POST", server+test.path, test.form,
			"Content-Type", "application/x-www-form-urlencoded")
		loaded := [2]bool{first.Loaded(), second.Loaded()}
		if response.StatusCode != test.status || loaded != test.loaded {
			t.Errorf("%.40s %.40s: %s %s, loaded %v", test.path, test.form, response.Status, text, loaded)
			continue
		}
		if follows := strings.HasPrefix(test.path, "load?provider=all"); stapsdt.Following() != follows {
			t.Errorf("%.40s: later providers are loaded: %t", test.path, !follows)
		}
		if test.len == 0 {
			continue
		}
		list := parse[[]providerJSON](t, text)
		if len(list) != test.len || list[0].Error != "" || (list[0].Path != "") != list[0].Loaded {
			t.Errorf("%s %s: %+v", test.path, test.form, list)
		}
	}
}

// TestLoadFails: the error of a provider is in the answer, and the others are tried.
func TestLoadFails(t *testing.T) {
	p := newProvider(t, "fails")
	stapsdt.MustProbe0(p, "p")
	t.Setenv("STAPSDT_BACKING", "nonsense")
	defer stapsdt.Unload()
	response, text := do(t, "POST", newServer(t)+"load?provider=all", "")
	list := parse[[]providerJSON](t, text)
	if response.StatusCode != 500 || len(list) != 1 || list[0].Loaded || list[0].Error == "" {
		t.Errorf("%s: %+v", response.Status, list)
	}
}

// TestUnloadFails: an error of one provider is in the answer, beside it.
func TestUnloadFails(t *testing.T) {
	directory := t.TempDir()
	p, err := stapsdt.NewProvider("unloadfails", stapsdt.WithBacking(stapsdt.FileBacking),
		stapsdt.WithDir(directory))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	other := newProvider(t, "unloads")
	stapsdt.MustProbe0(p, "p")
	stapsdt.MustProbe0(other, "p")
	if err := stapsdt.Load(); err != nil {
		t.Skip("probes cannot be loaded here: ", err)
	}
	defer stapsdt.Unload()
	path := p.Path()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	response, text := do(t, "POST", newServer(t)+"unload?provider=all", "")
	list := parse[[]providerJSON](t, text)
	if response.StatusCode != 500 || len(list) != 2 || list[0].Loaded || list[1].Loaded ||
		!strings.Contains(list[0].Error, "unload unloadfails: ") || list[1].Error != "" {
		t.Errorf("%s: %+v", response.Status, list)
	}
}
