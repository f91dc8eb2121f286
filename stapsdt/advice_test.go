//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

const adviceEnv = "STAPSDT_TEST_ADVICE"

// obstacles make Load fail. The advice in the error must be for operators: they can set environment
// variables and limits, but cannot call functions of the C library.
var obstacles = []struct {
	name    string
	backing stapsdt.Backing
	put     func(t *testing.T, dir string)
	errno   syscall.Errno
	advice  string
}{
	{"full disk", stapsdt.FileBacking, fillDisk, unix.ENOSPC,
		" (name another directory: STAPSDT_DIR, or use a memfd: STAPSDT_BACKING=memfd)"},
	{"memfd denied", stapsdt.MemfdBacking, denyMemfd(unix.EPERM), unix.EPERM,
		" (a seccomp policy or vm.memfd_noexec forbids it: allow it, " +
			"or use a named file: STAPSDT_BACKING=file)"},
	{"memfd unknown", stapsdt.MemfdBacking, denyMemfd(unix.ENOSYS), unix.ENOSYS,
		" (the kernel or sandbox lacks it; use a named file: STAPSDT_BACKING=file)"},
	{"no memory for a memfd", stapsdt.MemfdBacking, denyMemfd(unix.ENOMEM), unix.ENOMEM, ""},
	{"no memfd may grow", stapsdt.MemfdBacking, limitFiles, unix.EFBIG,
		" (the image is larger than files may be: raise the limit, RLIMIT_FSIZE or ulimit -f)"},
	{"no file may grow", stapsdt.FileBacking, limitFiles, unix.EFBIG,
		" (the image is larger than files may be: raise the limit, RLIMIT_FSIZE or ulimit -f)"},
	{"no descriptor for a memfd", stapsdt.MemfdBacking, takeDescriptors, unix.EMFILE,
		" (out of file descriptors: raise the limit)"},
	{"no descriptor for a file", stapsdt.FileBacking, takeDescriptors, unix.EMFILE,
		" (out of file descriptors: raise the limit)"},
}

func fillDisk(t *testing.T, dir string) {
	testenv.Mount(t, "tmpfs", dir, 0, "size=4k")
}

func denyMemfd(errno syscall.Errno) func(*testing.T, string) {
	return func(t *testing.T, _ string) {
		testenv.FailSyscall(t, unix.SYS_MEMFD_CREATE, errno, 1, ^uint32(0))
	}
}

func takeDescriptors(t *testing.T, _ string) { setLimit(t, unix.RLIMIT_NOFILE, 0) }

func limitFiles(t *testing.T, _ string) { setLimit(t, unix.RLIMIT_FSIZE, 1000) }

func setLimit(t *testing.T, resource int, value uint64) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(resource, &limit); err != nil {
		t.Fatal(err)
	}
	lower := limit
	lower.Cur = value
	if err := unix.Setrlimit(resource, &lower); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Setrlimit(resource, &limit); err != nil {
			t.Error(err)
		}
	})
}

// TestLoadAdvice runs itself again in a process of its own for each obstacle, because some
// obstacles cannot be removed.
func TestLoadAdvice(t *testing.T) {
	name := os.Getenv(adviceEnv)
	for _, o := range obstacles {
		switch name {
		case o.name:
			dir := t.TempDir()
			o.put(t, dir)
			p := newProvider(t, stapsdt.WithBacking(o.backing), stapsdt.WithDir(dir))
			stapsdt.MustProbe1[string](p, "p")
			err := p.Load()
			if !errors.Is(err, o.errno) || !strings.HasSuffix(fmt.Sprint(err), o.advice) ||
				strings.Count(err.Error(), "(") != strings.Count(o.advice, "(") ||
				strings.Contains(err.Error(), "provider") {
				t.Errorf("Load: %v, want %v and the advice %q", err, o.errno, o.advice)
			}
		case "":
			t.Run(o.name, func(t *testing.T) { passesAgain(t, "TestLoadAdvice", adviceEnv+"="+o.name) })
		}
	}
}

// More probes than tracers read are an error, not probes that nobody finds.
func TestLoadTooMany(t *testing.T) {
	name := func(i int) string { return fmt.Sprintf("%0*d", stapsdt.MaxName, i) }
	p := stapsdt.MustProvider("p" + name(0)[1:])
	t.Cleanup(func() { p.Close() })
	add := func(from, to int) {
		for i := range to - from {
			if _, err := p.AddProbe("p" + name(from + i)[1:]); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(0, 10000)
	if err := p.Load(); err != nil {
		t.Errorf("10000: %v", err)
	}
	add(10000, 30000)
	const want = "too many probes: 4194304 bytes of notes at most"
	if err := p.Load(); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("20000 more: %v", err)
	}
}
