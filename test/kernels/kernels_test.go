// Package kernels boots Debian's kernels in QEMU, without KVM, and runs the tests of package guest in
// each: the judge is a kernel that the development machine does not run.
//
// It needs apt and dpkg of a Debian machine, not root, and downloads some 300 MB once.
package kernels

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var boot = flag.Bool("boot", false, "download and boot the kernels")

// Bounds of the two things that can hang. Only a failure takes as long.
const (
	downloadLimit = 5 * time.Minute
	bootLimit     = 3 * time.Minute
)

// kernel is a line of Debian's kernels, of which the newest version is tested.
type kernel struct {
	arch, line string
	sources    []source
	site       string // the form of probe site that package stapsdt must choose
}

var kernels = []kernel{
	{"amd64", "5.10", []source{{security, "bullseye-security"}}, "nop"},
	{"amd64", "6.1", []source{{security, "bookworm-security"}}, "nop"},
	{"amd64", "6.12", []source{{security, "trixie-security"}}, "nop"},
	{"amd64", "7", []source{{archive, "sid"}, {archive, "trixie-backports"}}, "nop10"},
	{"arm64", "6.1", []source{{security, "bookworm-security"}}, "nop"},
	{"arm64", "7", []source{{archive, "sid"}, {archive, "trixie-backports"}}, "nop"},
}

func (k kernel) String() string { return k.arch + "/" + k.line }

func TestKernels(t *testing.T) {
	if !*boot {
		t.Skip("takes minutes: make test-kernels does it, with -boot")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	var results table
	for _, k := range kernels {
		t.Run(k.String(), func(t *testing.T) {
			results.add(k, run(t, k, filepath.Join(cache, "go-usdt", "kernels", k.arch+"-"+k.line)))
		})
	}
	t.Logf("\n%v", results)
}

// run boots k and returns what the guest reported. Downloads and the log are in dir.
func run(t *testing.T, k kernel, dir string) report {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), downloadLimit)
	defer cancel()
	deb, err := k.download(ctx, dir)
	if err != nil {
		t.Fatalf("download: %v", err)
	}
	image := filepath.Join(t.TempDir(), "vmlinuz")
	if err := extractImage(ctx, deb, image); err != nil {
		t.Fatalf("extract kernel of %s: %v", deb, err)
	}
	initramfs := filepath.Join(t.TempDir(), "initramfs")
	writeInitramfs(t, initramfs, map[string][]byte{
		"init":        buildTests(t, k.arch, "./guest"),
		"engine.test": buildTests(t, k.arch, "../../internal/uprobe"),
		"forms":       buildForms(t, k.arch),
	})

	log := filepath.Join(dir, "boot.log")
	defer keepIfFailed(t, log)
	if err := k.boot(t.Context(), image, initramfs, log); err != nil {
		t.Fatal(err)
	}
	r, err := readReport(log)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keepIfFailed shows the log and says where it is, or removes it.
func keepIfFailed(t *testing.T, log string) {
	if !t.Failed() {
		os.Remove(log)
		return
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Error(err)
	}
	t.Logf("log %s:\n%s", log, text)
}
