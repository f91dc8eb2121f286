package kernels

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// machine is how QEMU emulates an architecture.
type machine struct {
	command, console string
	args             []string
}

var machines = map[string]machine{
	"amd64": {"qemu-system-x86_64", "ttyS0", []string{"-cpu", "max"}},
	// Pointer authentication with the real algorithm makes each call slow.
	"arm64": {"qemu-system-aarch64", "ttyAMA0", []string{"-machine", "virt", "-cpu", "max,pauth-impdef=on"}},
}

// boot runs the kernel with the initramfs until it powers off. What it prints goes to the file log.
//
// It has one processor: with more, QEMU 7.2 now and then runs a stale instruction where another
// processor has just patched the kernel's code, and the kernel panics (int3 in enqueue_timer).
func (k kernel) boot(ctx context.Context, image, initramfs, log string) error {
	ctx, cancel := context.WithTimeout(ctx, bootLimit)
	defer cancel()
	out, err := os.Create(log)
	if err != nil {
		return err
	}
	m := machines[k.arch]
	cmd := exec.CommandContext(ctx, m.command, append([]string{
		"-accel", "tcg", "-smp", "1", "-m", "512", "-nodefaults", "-display", "none", "-serial", "stdio",
		"-no-reboot", "-kernel", image, "-initrd", initramfs, "-append", k.commandLine(m),
	}, m.args...)...)
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("not done after %v", bootLimit)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", m.command, err)
	}
	return errors.Join(err, out.Close())
}

// commandLine is the kernel's. It passes on to /init, as environment and arguments, what it does not know.
func (k kernel) commandLine(m machine) string {
	return strings.Join([]string{
		"console=" + m.console, "quiet",
		"panic=-1", // reboot, which ends QEMU
		"USDT_GUEST=1", "USDT_REQUIRE_TRACERS=1", "USDT_WANT_SITE=" + k.site,
		"--", "-test.v", "-test.timeout=2m",
	}, " ")
}
