//go:build linux && (amd64 || arm64)

package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// nobody is a user without rights.
const nobody = 12345

// expectOrder loads and fires, and has a tracer count.
func expectOrder(t *testing.T) {
	t.Helper()
	load(t, shop)
	c := count(t, order.Path(), "order")
	order.Fire(1, "Ada")
	expectCount(t, order.Path(), c, 1)
}

// TestDeleted: the file may be gone before Load, or be another one.
func TestDeleted(t *testing.T) {
	if !isInside(t) {
		return
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	expectOrder(t)
	expectPath(t, &order.Probe, true)
}

func TestReplaced(t *testing.T) {
	if !isInside(t) {
		return
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	next := path + ".next"
	if err := errors.Join(os.WriteFile(next, []byte("#!/bin/true\n"), 0o755),
		os.Rename(next, path)); err != nil {
		t.Fatal(err)
	}
	expectOrder(t)
	expectPath(t, &order.Probe, true)
}

// TestUnreadable: who may only run the file cannot read its notes. The probes are in an image.
func TestUnreadable(t *testing.T) {
	needRoot(t)
	if os.Getenv(inside) == "" {
		path := own(t)
		if err := os.Chmod(path, 0o111); err != nil {
			t.Fatal(err)
		}
		cmd := command(t, path)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		cmd.Dir = "/"
		run(t, cmd)
		return
	}
	load(t, shop)
	expectPath(t, &order.Probe, false)
	if said := fmt.Sprint(shop.Info().Skipped); !strings.Contains(said, "permission denied") {
		t.Errorf("skipped %s, want the reason", said)
	}
}

// TestSecure: the environment of a program with more rights than its user chooses no image.
func TestSecure(t *testing.T) {
	needRoot(t)
	if os.Getenv(inside) == "" {
		path := own(t)
		// struct vfs_cap_data: revision 2 with the effective flag, CAP_NET_BIND_SERVICE permitted
		data := []byte{1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
		if err := unix.Setxattr(path, "security.capability", data, 0); err != nil {
			testenv.Lacks(t, fmt.Errorf("set file capabilities: %w", err))
		}
		cmd := command(t, path, "STAPSDT_BACKING=file")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		cmd.Dir = "/"
		run(t, cmd)
		return
	}
	load(t, shop)
	expectPath(t, &order.Probe, true)
}

// TestOverlay: a container's files are often those of an overlay. A tracer of the merged file sees
// the process.
func TestOverlay(t *testing.T) {
	if os.Getenv(inside) != "" {
		expectOrder(t)
		expectPath(t, &order.Probe, true)
		merged, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		c := count(t, merged, "order")
		order.Fire(2, "Bob")
		expectCount(t, merged, c, 1)
		return
	}
	needRoot(t)
	dirs := make(map[string]string)
	for _, name := range []string{"lower", "upper", "work", "merged"} {
		dirs[name] = t.TempDir()
	}
	copyTo(t, own(t), filepath.Join(dirs["lower"], "program"))
	testenv.Mount(t, "overlay", dirs["merged"], 0,
		"lowerdir="+dirs["lower"]+",upperdir="+dirs["upper"]+",workdir="+dirs["work"])
	run(t, command(t, filepath.Join(dirs["merged"], "program")))
}

// TestChroot: nothing is there, not even /proc, by which the program would find its file. The
// probes are in an image.
func TestChroot(t *testing.T) {
	if os.Getenv(inside) != "" {
		load(t, shop)
		expectPath(t, &order.Probe, false)
		if shop.Info().Skipped == nil {
			t.Error("no reason")
		}
		return
	}
	needRoot(t)
	root := t.TempDir()
	requireStatic(t, copyTo(t, own(t), filepath.Join(root, "program")))
	cmd := command(t, "/program")
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	cmd.Dir = "/"
	run(t, cmd)
}

// TestScratch: an image of a container that has the program alone, and the kernel's /proc.
func TestScratch(t *testing.T) {
	if os.Getenv(inside) != "" {
		load(t, shop)
		expectPath(t, &order.Probe, true)
		return
	}
	needRoot(t)
	root := t.TempDir()
	requireStatic(t, copyTo(t, own(t), filepath.Join(root, "program")))
	proc := filepath.Join(root, "proc")
	if err := os.Mkdir(proc, 0o755); err != nil {
		t.Fatal(err)
	}
	testenv.Mount(t, "proc", proc, 0, "")
	cmd := command(t, "/program")
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	cmd.Dir = "/"
	run(t, cmd)
}

func requireStatic(t *testing.T, program string) {
	t.Helper()
	if !testenv.IsStatic(t, program) {
		t.Skip("the program needs a dynamic linker: with CGO_ENABLED=0, as make test-go runs it too, " +
			"it does not")
	}
}
