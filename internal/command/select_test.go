//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// loadProvider gives this process two probes, in a file.
func loadProvider(t *testing.T, name string) *stapsdt.Provider {
	t.Helper()
	p, err := stapsdt.NewProvider(name,
		stapsdt.WithBacking(stapsdt.FileBacking), stapsdt.WithDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	stapsdt.MustProbe1[int32](p, "one")
	stapsdt.MustProbe0(p, "none")
	loadForTest(t, p)
	return p
}

// loadForTest loads a provider until the test ends.
func loadForTest(t *testing.T, p *stapsdt.Provider) {
	t.Helper()
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

func names(probes []uprobe.Probe) []string {
	var names []string
	for _, p := range probes {
		names = append(names, fmt.Sprintf("%v %d", p, len(p.Sites)))
	}
	return names
}

func TestSelectProbes(t *testing.T) {
	loadProvider(t, "selecttest")
	loadProvider(t, "selecttest") // two files with probes of one name
	loadProvider(t, "selectother")
	tests := []struct {
		patterns []string
		want     []string
	}{
		{
			[]string{"selecttest:*", "*:none"},
			[]string{"selectother:none 1", "selecttest:none 2", "selecttest:one 2"},
		},
		{[]string{"selecttest:one", "selecttest:on?"}, []string{"selecttest:one 2"}},
	}
	for _, test := range tests {
		sel, err := selectProbes(scope{pids: pidList{os.Getpid()}}, nil, test.patterns)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, names(sel.probes)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", test.patterns, diff)
		}
	}
}

// Containers of one image see one file, each through an overlay of its own; the host sees the file
// itself.
func TestSelectProbesInOverlays(t *testing.T) {
	image := loadProvider(t, "overlaytest").Path()
	below := t.TempDir()
	testenv.Mount(t, "tmpfs", below, 0, "")
	content, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"empty", "lower"} {
		if err := os.Mkdir(filepath.Join(below, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(below, "lower", "image"), content, 0o755); err != nil {
		t.Fatal(err)
	}
	testenv.MapToExecute(t, filepath.Join(below, "lower", "image"))
	other := t.TempDir()
	testenv.Mount(t, "tmpfs", other, 0, "")
	overlays := []string{
		fmt.Sprintf("lowerdir=%[1]s/lower:%[1]s/empty", below),
		fmt.Sprintf("lowerdir=%[1]s/lower:%[1]s/empty", below),
		fmt.Sprintf("lowerdir=%s:%s/lower,xino=on", other, below),
	}
	for _, options := range overlays {
		merged := t.TempDir()
		testenv.Mount(t, "overlay", merged, 0, options)
		testenv.MapToExecute(t, filepath.Join(merged, "image"))
	}
	sel, err := selectProbes(scope{pids: pidList{os.Getpid()}}, nil, []string{"overlaytest:one"})
	if err != nil {
		t.Fatal(err)
	}
	// One site is of the image itself, the other of its copy, which all overlays share.
	if diff := cmp.Diff([]string{"overlaytest:one 2"}, names(sel.probes)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
