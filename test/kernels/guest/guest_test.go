//go:build linux && (amd64 || arm64)

// Package guest has the tests that run in the kernels of package kernels, where they are the only
// program, without cgo. They run on the development machine as well. They trace their own probes
// by perf_event_open alone, without any tool and without tracefs, and TestEmbedded also by the
// engine of usdt.
package guest

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(costOnly) != "":
		os.Exit(printCost())
	case os.Getenv("USDT_GUEST") != "":
		runAsInit(m)
	default:
		os.Exit(m.Run())
	}
}

// runAsInit is what the guest does. If process 1 crashes, the kernel panics and QEMU ends.
func runAsInit(m *testing.M) {
	err := errors.Join(
		unix.Mount("devtmpfs", "/dev", "devtmpfs", 0, ""), // /dev/null, for os/exec
		unix.Mount("proc", "/proc", "proc", 0, ""),
		unix.Mount("sysfs", "/sys", "sysfs", 0, ""),
		unix.Mount("tmpfs", "/tmp", "tmpfs", 0, ""), // the initramfs itself takes no uprobes
	)
	code := 1
	if err != nil {
		fmt.Println("mount:", err)
	} else {
		code = m.Run()
	}
	var u unix.Utsname
	unix.Uname(&u)
	fmt.Printf("guest: kernel %s\nguest: exit status %d\n", unix.ByteSliceToString(u.Version[:]), code)
	unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
}

// backings runs f with a new provider of each backing.
func backings(t *testing.T, f func(t *testing.T, p *stapsdt.Provider)) {
	needRoot(t)
	for _, b := range []stapsdt.Backing{stapsdt.MemfdBacking, stapsdt.FileBacking} {
		t.Run(b.String(), func(t *testing.T) {
			p, err := stapsdt.NewProvider("guest", stapsdt.WithBacking(b), stapsdt.WithDir(t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			})
			f(t, p)
		})
	}
}

func load(t *testing.T, p *stapsdt.Provider) {
	t.Helper()
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
}

// list returns the notes of a loaded provider's probes by name.
func list(t *testing.T, p *stapsdt.Provider) map[string]sdtnote.Note {
	t.Helper()
	notes, err := sdtnote.ReadFile(p.Path())
	if err != nil {
		t.Fatal(err)
	}
	byName := make(map[string]sdtnote.Note)
	for _, n := range notes {
		if n.Provider != p.Name() {
			t.Errorf("note of provider %q", n.Provider)
		}
		byName[n.Name] = n
	}
	if len(byName) != len(notes) || len(notes) != len(p.Probes()) {
		t.Errorf("%d notes with %d names, want one of each of %d probes", len(notes), len(byName),
			len(p.Probes()))
	}
	return byName
}
