package testenv

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// Mount mounts a file system on dir, with flags and options as for mount(2). The end of the test
// unmounts it.
func Mount(t testing.TB, fstype, dir string, flags uintptr, options string) {
	t.Helper()
	if err := unix.Mount(fstype, dir, fstype, flags, options); err != nil {
		Lacks(t, fmt.Errorf("mount %s: %w", fstype, err))
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// MapToExecute maps a file into this process, readable and executable. The end of the test
// unmaps it.
func MapToExecute(t testing.TB, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	mapping, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()),
		unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(mapping); err != nil {
			t.Error(err)
		}
	})
}
