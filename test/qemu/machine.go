package qemu

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// A Machine is a virtual machine with one serial line, which is the console.
//
// It has one processor: with more, QEMU 7.2 now and then runs a stale instruction where another
// processor has just patched the kernel's code, and the kernel panics (int3 in enqueue_timer).
type Machine struct {
	Arch             string
	Image, Initramfs string   // files
	Parameters       []string // of the kernel, which passes unknown ones on to /init
	Memory           int      // MiB
	KVM              bool     // rather than emulate the processor
	Monitor          bool     // Ctrl-A X ends QEMU, and Ctrl-C goes to the guest
	Shares           []Share
	Console          io.Reader // or nil
	Output           io.Writer
}

// A Share is a directory of the host. The guest mounts it as the 9p file system with the tag.
type Share struct {
	Tag, Directory string
	Writable       bool
}

// model is how QEMU emulates an architecture.
type model struct {
	command, console string
	args             []string
}

var models = map[string]model{
	"amd64": {"qemu-system-x86_64", "ttyS0", []string{"-cpu", "max"}},
	// Pointer authentication with the real algorithm makes each call slow.
	"arm64": {"qemu-system-aarch64", "ttyAMA0",
		[]string{"-machine", "virt", "-cpu", "max,pauth-impdef=on"}},
}

// Run runs the machine until it powers off.
func (m Machine) Run(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, models[m.Arch].command, m.arguments()...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = m.Console, m.Output, m.Output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", cmd.Path, err)
	}
	return nil
}

func (m Machine) arguments() []string {
	serial := "stdio"
	if m.Monitor {
		serial = "mon:stdio"
	}
	args := append([]string{
		"-nodefaults", "-no-reboot", "-display", "none", "-serial", serial,
		"-smp", "1", "-m", strconv.Itoa(m.Memory),
		"-kernel", m.Image, "-initrd", m.Initramfs, "-append", m.commandLine(),
	}, models[m.Arch].args...)
	accelerator := "tcg"
	if m.KVM {
		accelerator = "kvm"
	}
	args = append(args, "-accel", accelerator)
	for _, s := range m.Shares {
		args = append(args, "-virtfs", s.option())
	}
	return args
}

func (m Machine) commandLine() string {
	const reboot = "panic=-1" // a reboot ends QEMU
	return strings.Join(append([]string{"console=" + models[m.Arch].console, "quiet", reboot},
		m.Parameters...), " ")
}

func (s Share) option() string {
	readonly := "on"
	if s.Writable {
		readonly = "off"
	}
	// A comma in a value is written twice. Files that the guest makes belong to the user who runs
	// QEMU.
	return fmt.Sprintf("local,mount_tag=%s,path=%s,security_model=none,multidevs=remap,readonly=%s",
		s.Tag, strings.ReplaceAll(s.Directory, ",", ",,"), readonly)
}
