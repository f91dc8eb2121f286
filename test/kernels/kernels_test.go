// Package kernels boots Debian's kernels in QEMU, without KVM, and runs the tests of package
// guest in each of them. The judge is a kernel that the development machine does not run.
//
// The first run downloads some 300 MB.
package kernels

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-usdt/usdt/test/qemu"
)

var bootKernels = flag.Bool("boot", false, "download and boot the kernels")

// These are the bounds of the two steps that can hang. Only a failure takes as long.
const (
	downloadLimit = 30 * time.Minute
	bootLimit     = 2 * time.Hour
)

func TestKernels(t *testing.T) {
	if !*bootKernels {
		t.Skip("takes minutes: make test-kernels does it, with -boot")
	}
	rows := make([]string, len(qemu.Kernels))
	// What failed comes last in the output, behind the logs.
	t.Cleanup(func() { t.Logf("\n%s", table(rows)) })
	for i, k := range qemu.Kernels {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel() // each machine has one processor
			rows[i] = k.String() + "\tit did not run to its end"
			r, err := run(t, k)
			rows[i] = row(k, r, err)
		})
	}
}

// run boots k and returns what the guest reported.
func run(t *testing.T, k qemu.Kernel) (report, error) {
	dir, err := k.Cache()
	if err != nil {
		t.Fatal(err)
	}
	m := qemu.Machine{
		Arch:      k.Arch,
		Image:     filepath.Join(t.TempDir(), "vmlinuz"),
		Initramfs: filepath.Join(t.TempDir(), "initramfs"),
		Memory:    2048,
		Parameters: []string{"USDT_GUEST=1", "USDT_REQUIRE_TRACERS=1", "USDT_WANT_SITE=" + k.Site,
			"--", "-test.v", "-test.timeout=110m"},
	}
	download(t, k, dir, m.Image)
	programs := map[string][]byte{
		"init":        buildTests(t, k.Arch, "./guest"),
		"engine.test": buildTests(t, k.Arch, "../../internal/tracing/uprobe"),
		"forms":       buildForms(t, k.Arch),
		"watch.test":  buildTests(t, k.Arch, "../../internal/tracing/watch"),
		"storm.test":  buildTests(t, k.Arch, "../storm"),
		"program":     build(t, k.Arch, "../storm/program"),
		"usdt":        build(t, k.Arch, "../../cmd/usdt"),
	}
	if k.Arch == "amd64" {
		programs["forms-386"] = buildForms(t, "386")
	}
	writeInitramfs(t, m.Initramfs, programs)

	log := filepath.Join(dir, "boot.log")
	defer keepIfFailed(t, log)
	boot(t, m, log)
	r, err := readReport(log)
	if err != nil {
		t.Error(err) // before keepIfFailed looks
	}
	return r, err
}

// download writes the image of k, whose package is in dir.
func download(t *testing.T, k qemu.Kernel, dir, image string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), downloadLimit)
	defer cancel()
	packages, err := k.Download(ctx, dir, false)
	if err != nil {
		t.Fatalf("download: %v", err)
	}
	if err := packages.WriteImage(ctx, image); err != nil {
		t.Fatal(err)
	}
}

// boot runs m until it powers off. The output of the console goes to the file log.
func boot(t *testing.T, m qemu.Machine, log string) {
	t.Helper()
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	m.Output = out
	ctx, cancel := context.WithTimeout(t.Context(), bootLimit)
	defer cancel()
	if err := m.Run(ctx); err != nil {
		t.Fatal(err, context.Cause(ctx))
	}
}

// keepIfFailed removes the log, unless the test has failed. Then it prints the log, and where it
// is.
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
