//go:build linux && (amd64 || arm64)

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

func TestPatterns(t *testing.T) {
	tests := []struct {
		pattern, provider, name string
		want                    bool
	}{
		{"shop:order", "shop", "order", true},
		{"shop:order", "shop", "order_start", false},
		{"shop:order_*", "shop", "order_start", true},
		{"*:order", "shop", "order", true},
		{"*:*", "a/b", "c/d:e", true},
		{"s?op:[a-z]*", "shop", "order", true},
		{"shop:[^o]*", "shop", "order", false},
		{`shop:\*`, "shop", "order", false},
		{`shop:\*`, "shop", "*", true},
		{"shop:order:start", "shop", "order:start", true},
		{"a/*:b", "a/c/d", "b", true},
	}
	for _, test := range tests {
		patterns, err := parsePatterns([]string{test.pattern})
		if err != nil {
			t.Fatal(err)
		}
		if got := patterns[0].matches(probeName{test.provider, test.name}); got != test.want {
			t.Errorf("%s matches %s:%s: %t, want %t", test.pattern, test.provider, test.name, got, test.want)
		}
	}
}

// loadProvider has this process offer two probes from a file.
func loadProvider(t *testing.T, name string) *stapsdt.Provider {
	t.Helper()
	p, err := stapsdt.NewProvider(name, stapsdt.WithBacking(stapsdt.FileBacking), stapsdt.WithDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	stapsdt.MustProbe1[int32](p, "one")
	stapsdt.MustProbe0(p, "none")
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
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
		{[]string{"selecttest:*", "*:none"}, []string{"selectother:none 1", "selecttest:none 2", "selecttest:one 2"}},
		{[]string{"selecttest:one", "selecttest:on?"}, []string{"selecttest:one 2"}},
	}
	for _, test := range tests {
		probes, err := selectProbes(target{pid: os.Getpid()}, test.patterns)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, names(probes)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", test.patterns, diff)
		}
	}
}

// Containers of one image see one file through overlays of their own, and the host as it is.
func TestSelectProbesInOverlays(t *testing.T) {
	image := loadProvider(t, "overlaytest").Path()
	below := t.TempDir()
	mount(t, "tmpfs", below, "")
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
	mapToExecute(t, filepath.Join(below, "lower", "image"))
	other := t.TempDir()
	mount(t, "tmpfs", other, "")
	overlays := []string{
		fmt.Sprintf("lowerdir=%[1]s/lower:%[1]s/empty", below),
		fmt.Sprintf("lowerdir=%[1]s/lower:%[1]s/empty", below),
		fmt.Sprintf("lowerdir=%s:%s/lower,xino=on", other, below),
	}
	for _, options := range overlays {
		merged := t.TempDir()
		mount(t, "overlay", merged, options)
		mapToExecute(t, filepath.Join(merged, "image"))
	}
	probes, err := selectProbes(target{pid: os.Getpid()}, []string{"overlaytest:one"})
	if err != nil {
		t.Fatal(err)
	}
	// The other site is of the file that was copied.
	if diff := cmp.Diff([]string{"overlaytest:one 2"}, names(probes)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func mount(t *testing.T, fstype, dir, options string) {
	t.Helper()
	if err := unix.Mount(fstype, dir, fstype, 0, options); err != nil {
		testenv.Lacks(t, fmt.Errorf("mount %s: %w", fstype, err))
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
}

func mapToExecute(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	mapping, err := unix.Mmap(int(f.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(mapping); err != nil {
			t.Error(err)
		}
	})
}

func TestByTypes(t *testing.T) {
	site := func(args string) uprobe.Site {
		return uprobe.Site{Note: sdtnote.Note{Machine: elf.EM_X86_64, Args: args}}
	}
	probes := []uprobe.Probe{
		{Name: "a", Sites: []uprobe.Site{site("4@$1"), site("-4@$1"), site("4@$2"), site("4@$1 8@$1")}},
		{Name: "b", Sites: []uprobe.Site{site("")}},
	}
	want := []string{":a 2", ":a 1", ":a 1", ":b 1"}
	if diff := cmp.Diff(want, names(byTypes(probes))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// waiters wait for the end of a process.
var waiters = map[string]func(context.Context, int) bool{"pidfd": awaitExit, "kill": awaitNoProcess}

func TestAwaitExit(t *testing.T) {
	for name, wait := range waiters {
		t.Run(name, func(t *testing.T) {
			child, stdin := startCat(t)
			ended := make(chan bool)
			go func() { ended <- wait(t.Context(), child.Process.Pid) }()
			stdin.Close()
			if err := child.Wait(); err != nil {
				t.Fatal(err)
			}
			if !<-ended {
				t.Error("the process has ended, but was not noticed to")
			}
			if !wait(t.Context(), child.Process.Pid) {
				t.Error("the process is still there")
			}
		})
	}
}

func TestAwaitExitCanceled(t *testing.T) {
	for name, wait := range waiters {
		t.Run(name, func(t *testing.T) {
			child, _ := startCat(t)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan bool)
			go func() { ended <- wait(ctx, child.Process.Pid) }()
			cancel()
			if <-ended {
				t.Error("the process has ended")
			}
		})
	}
}

// startCat starts a process that ends with its input, and with the test.
func startCat(t *testing.T) (*exec.Cmd, io.Closer) {
	t.Helper()
	child := exec.Command("cat")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := child.Wait(); err != nil && child.ProcessState == nil {
			t.Error(err)
		}
	})
	return child, stdin
}

func TestSessionEnd(t *testing.T) {
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	child, _ := startCat(t)
	gone, stdin := startCat(t)
	stdin.Close()
	if err := gone.Wait(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		ctx   context.Context
		flags sessionFlags
		want  error
	}{
		{"interrupt", interrupted, sessionFlags{target: target{pid: child.Process.Pid}}, context.Canceled},
		{"duration", t.Context(), sessionFlags{target: target{all: true}, duration: 1}, context.DeadlineExceeded},
		{"exit", t.Context(), sessionFlags{target: target{pid: gone.Process.Pid}}, processEnded(gone.Process.Pid)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := test.flags.start(test.ctx)
			defer s.close()
			<-s.Done()
			if got := context.Cause(s); !s.over() || !errors.Is(got, test.want) {
				t.Errorf("cause %v, want %v", got, test.want)
			}
		})
	}
}
