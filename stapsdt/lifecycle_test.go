//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/stapsdt"
)

func noteNames(t *testing.T, path string) []string {
	t.Helper()
	notes, err := sdtnote.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range notes {
		names = append(names, n.Provider+":"+n.Name+"("+n.Args+")")
	}
	return names
}

func backings(t *testing.T, f func(t *testing.T, dir string, options ...stapsdt.Option)) {
	for _, b := range []stapsdt.Backing{stapsdt.MemfdBacking, stapsdt.FileBacking} {
		t.Run(b.String(), func(t *testing.T) {
			dir := t.TempDir()
			f(t, dir, stapsdt.WithBacking(b), stapsdt.WithDir(dir))
		})
	}
}

func TestLifecycle(t *testing.T) {
	backings(t, func(t *testing.T, dir string, options ...stapsdt.Option) {
		p := newProvider(t, options...)
		first := stapsdt.MustProbe1[int32](p, "first")
		if p.Loaded() || p.Path() != "" || first.Path() != "" {
			t.Error("a new provider says that it is loaded")
		}
		first.Fire(1)

		mustLoad(t, p)
		path := p.Path()
		if !p.Loaded() || first.Path() != path {
			t.Errorf("after Load: Loaded %v, path %q, probe's path %q", p.Loaded(), path, first.Path())
		}
		mustLoad(t, p)
		if p.Path() != path {
			t.Errorf("a Load with nothing new published %s", p.Path())
		}

		second := stapsdt.MustProbe2[string, []byte](p, "second")
		mustLoad(t, p)
		if first.Path() != path || second.Path() == path || p.Path() != second.Path() {
			t.Errorf("after another Load: first in %s, second in %s, provider %s", first.Path(),
				second.Path(), p.Path())
		}
		note := "test:second(8@%rdi 8@%rsi -8@%rdx)"
		if goarch == "arm64" {
			note = "test:second(8@x0 8@x1 -8@x2)"
		}
		if diff := cmp.Diff([]string{note}, noteNames(t, second.Path())); diff != "" {
			t.Errorf("notes of the second image (-want +got):\n%s", diff)
		}

		if err := p.Unload(); err != nil {
			t.Fatal(err)
		}
		if p.Loaded() || p.Path() != "" || first.Path() != "" || first.Enabled() {
			t.Error("an unloaded provider says that it is loaded")
		}
		first.Fire(1)
		if err := p.Unload(); err != nil {
			t.Errorf("second Unload: %v", err)
		}

		mustLoad(t, p)
		if first.Path() != second.Path() || len(noteNames(t, p.Path())) != 2 {
			t.Error("after a reload the probes are not in one image")
		}
		for range 2 {
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Load(); !errors.Is(err, stapsdt.ErrClosed) {
			t.Errorf("Load after Close: %v", err)
		}
		if _, err := p.AddProbe("late"); !errors.Is(err, stapsdt.ErrClosed) {
			t.Errorf("AddProbe after Close: %v", err)
		}
		second.Fire("s", nil)
	})
}

// TestNoLeak loads and unloads many times. Nothing may stay that tracers could find.
func TestNoLeak(t *testing.T) {
	backings(t, func(t *testing.T, dir string, options ...stapsdt.Option) {
		before := resources(t, dir)
		p := newProvider(t, options...)
		for i := range 300 {
			stapsdt.MustProbe1[int32](p, fmt.Sprint("probe", i))
		}
		for range 50 {
			mustLoad(t, p)
			if err := p.Unload(); err != nil {
				t.Fatal(err)
			}
		}
		if after := resources(t, dir); after > before {
			t.Errorf("%d descriptors, mappings and files before, %d after", before, after)
		}
	})
}

// TestForeignDescriptor: if the program closed our descriptor and another file got its number,
// Close does not close that file.
func TestForeignDescriptor(t *testing.T) {
	p := newProvider(t, stapsdt.WithBacking(stapsdt.MemfdBacking))
	stapsdt.MustProbe0(p, "p")
	mustLoad(t, p)
	fd, err := strconv.Atoi(filepath.Base(p.Path()))
	if err != nil {
		t.Fatal(err)
	}
	other, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(other)
	if err := unix.Dup3(other, fd, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := unix.Close(fd); err != nil {
		t.Errorf("the program's own descriptor was closed: %v", err)
	}
}

func TestLoadErrors(t *testing.T) {
	missing := t.TempDir() + "/missing"
	nowhere := map[string]string{"STAPSDT_BACKING": "file", "STAPSDT_DIR": missing + "/operator",
		"XDG_RUNTIME_DIR": "", "TMPDIR": missing + "/temporary"}
	tests := []struct {
		name    string
		env     map[string]string
		options []stapsdt.Option
		want    error
		text    string
	}{
		{name: "no directory", env: nowhere,
			options: []stapsdt.Option{stapsdt.WithDir(missing + "/program")},
			want:    os.ErrNotExist, text: missing + "/program"},
		{name: "STAPSDT_DIR", env: nowhere, want: os.ErrNotExist, text: missing + "/operator"},
		{name: "STAPSDT_BACKING", env: map[string]string{"STAPSDT_BACKING": "disk"},
			want: stapsdt.ErrArgs,
			text: "memfd or file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			empty := t.TempDir()
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			before := resources(t, empty)
			p := newProvider(t, test.options...)
			probe := stapsdt.MustProbe1[string](p, "p")
			err := p.Load()
			var e *stapsdt.Error
			if !errors.As(err, &e) || e.Op != "load" || e.Provider != "test" {
				t.Fatalf("Load: %v, want an Error of load", err)
			}
			if test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("Load: %v; want it to be %v and to mention %q", err, test.want, test.text)
			}
			if after := resources(t, empty); after != before {
				t.Errorf("the failed Load left %d resources behind", after-before)
			}
			probe.Fire("harmless")
			t.Setenv("STAPSDT_BACKING", "")
			mustLoad(t, p)
		})
	}
}

func TestDisable(t *testing.T) {
	t.Setenv("STAPSDT_DISABLE", "1")
	p := newProvider(t)
	probe := stapsdt.MustProbe0(p, "p")
	mustLoad(t, p)
	if p.Loaded() || probe.Enabled() {
		t.Error("probes were loaded in spite of STAPSDT_DISABLE=1")
	}
	t.Setenv("STAPSDT_DISABLE", "yes")
	mustLoad(t, p)
	if p.Loaded() {
		t.Error("probes were loaded in spite of STAPSDT_DISABLE=yes")
	}
	t.Setenv("STAPSDT_DISABLE", "false")
	mustLoad(t, p)
	if !p.Loaded() {
		t.Error("STAPSDT_DISABLE=false disabled the probes")
	}
}
