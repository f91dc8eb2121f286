package embed_test

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Owner, mode and attributes stay, and what holds for the old content does not.
func TestReplaceKeeps(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	path := filepath.Join(t.TempDir(), "app")
	write(t, path, "old", 0o755)
	// cap_net_bind_service, permitted and effective: struct vfs_cap_data of version 2.
	capability := make([]byte, 20)
	capability[0], capability[3], capability[5] = 1, 2, 1<<2
	for _, err := range []error{
		os.Chown(path, 65534, 65533),
		os.Chmod(path, 0o750|os.ModeSetgid),
		unix.Setxattr(path, "user.note", []byte("kept"), 0),
		unix.Setxattr(path, "security.capability", capability, 0),
	} {
		if err != nil {
			t.Skip("the file system has no such attributes: ", err)
		}
	}
	lost, err := source(t, path).Replace(t.Context(), []byte("new"))
	if err != nil || !slices.Equal(lost, []string{"security.capability"}) {
		t.Errorf("lost %q, error %v", lost, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	if owner.Uid != 65534 || owner.Gid != 65533 || info.Mode() != 0o750|os.ModeSetgid {
		t.Errorf("owner %d:%d, mode %v", owner.Uid, owner.Gid, info.Mode())
	}
	value := make([]byte, 10)
	if n, err := unix.Getxattr(path, "user.note", value); err != nil || string(value[:n]) != "kept" {
		t.Errorf("the attribute is %q, error %v", value[:max(n, 0)], err)
	}
	if _, err := unix.Getxattr(path, "security.capability", value); err != unix.ENODATA {
		t.Errorf("the capabilities: error %v", err)
	}
}
