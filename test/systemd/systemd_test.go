//go:build linux && amd64

// Package systemd boots Debian 12 in QEMU, on two kernels, and runs the tests of package guest
// beside its systemd. The judge is what a machine does with the package, the unit and its drop-in.
package systemd

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

var (
	root = flag.String("root", "", "the `directory` of a Debian 12 that has systemd")
	kvm  = flag.Bool("kvm", false, "use the processor's virtualisation")
)

// limit bounds what can hang. Only a failure takes as long.
const limit = 50 * time.Minute

// TestSystemd runs all tests on Debian 12's own kernel, where the unit takes the drop-in, and on
// one that does without.
func TestSystemd(t *testing.T) {
	if *root == "" {
		t.Skip("boots machines for minutes: make test-systemd does it, with -root")
	}
	share := t.TempDir()
	build(t, share)
	exposures := documented(t)
	for i, machine := range []struct{ kernel, without string }{
		{"amd64/6.12", "^TestWithoutDropIn$"},
		{"amd64/6.1", "^$"},
	} {
		t.Run(machine.kernel, func(t *testing.T) {
			t.Parallel() // each machine has one processor
			log := boot(t, share, machine.kernel, machine.without)
			check(t, log, exposures[i])
		})
	}
}

// build puts into a directory what the machines share: the package, the tests and a service.
func build(t *testing.T, share string) {
	t.Helper()
	for _, command := range [][]string{
		{"../release/packages.sh", "deb", share + "/packages", "v0.0.1-rc.1", "amd64"},
		{"go", "build", "-o", share + "/vm", "../vm"},
		{"go", "build", "-o", share + "/shop", "../../examples/shop"},
		{"go", "test", "-c", "-o", share + "/guest.test", "./guest"},
	} {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, out)
		}
	}
}

// documented returns what docs/operators.md says of how exposed the service is, without the drop-in
// and with it.
func documented(t *testing.T) [2]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`says ([\d.]+), before 6\.6\s+([\d.]+), of 10`).FindSubmatch(text)
	if match == nil {
		t.Fatal("docs/operators.md does not say what systemd-analyze security says")
	}
	return [2]string{string(match[1]), string(match[2])}
}

// boot runs the tests in a machine, and returns what they print.
func boot(t *testing.T, share, kernel, without string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	arguments := []string{
		"-kernel", kernel, "-systemd", "-root", *root, "-share", share, "-c",
		"dpkg --install packages/usdt_*.deb && ./guest.test -test.v -test.skip '" + without + "'",
	}
	if *kvm {
		arguments = append(arguments, "-kvm")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(share, "vm"), arguments...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it ends QEMU
	cmd.Env = append(os.Environ(), "USDT_GUEST=1")
	log, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the machine: %v", err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("it printed:\n%s", log)
		}
	})
	return log
}

var (
	passed  = regexp.MustCompile(`(?m)^PASS\r?$`)
	skipped = regexp.MustCompile(`(?m)^ *--- SKIP: .*`)
)

// check looks into what the tests have printed. All rights and tools are there, so a test that is
// skipped is a failure.
func check(t *testing.T, log []byte, exposure string) {
	t.Helper()
	if !passed.Match(log) {
		t.Error("the tests did not run to their end")
	}
	for _, line := range skipped.FindAll(log, -1) {
		t.Errorf("%s", line)
	}
	if want := "usdt-export.service: " + exposure + " "; !bytes.Contains(log, []byte(want)) {
		t.Errorf("systemd-analyze security does not say %q, as docs/operators.md does", want)
	}
}
