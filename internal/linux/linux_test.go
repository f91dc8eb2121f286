//go:build linux && (amd64 || arm64)

package linux

import (
	"errors"
	"os"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestConstants(t *testing.T) {
	for _, c := range [][2]int{
		{MFD_CLOEXEC, unix.MFD_CLOEXEC}, {MFD_ALLOW_SEALING, unix.MFD_ALLOW_SEALING},
		{MFD_NOEXEC_SEAL, unix.MFD_NOEXEC_SEAL}, {F_ADD_SEALS, unix.F_ADD_SEALS},
		{F_SEAL_SEAL, unix.F_SEAL_SEAL}, {F_SEAL_SHRINK, unix.F_SEAL_SHRINK},
		{F_SEAL_GROW, unix.F_SEAL_GROW}, {F_SEAL_WRITE, unix.F_SEAL_WRITE},
		{ST_RDONLY, unix.ST_RDONLY}, {ST_NOEXEC, unix.ST_NOEXEC},
		{SIG_BLOCK, unix.SIG_BLOCK}, {SIG_SETMASK, unix.SIG_SETMASK},
		{sysMemfdCreate, unix.SYS_MEMFD_CREATE},
	} {
		if c[0] != c[1] {
			t.Errorf("a constant is %#x, want %#x", c[0], c[1])
		}
	}
}

// TestMove moves a mapping of a memory file over an anonymous one.
func TestMove(t *testing.T) {
	fd, err := MemfdCreate("test", MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	page := make([]byte, os.Getpagesize())
	copy(page, "moved")
	if _, err := unix.Write(fd, page); err != nil {
		t.Fatal(err)
	}
	size := uintptr(len(page))
	from, err := Mmap(nil, size, unix.PROT_READ, unix.MAP_PRIVATE, uintptr(fd), 0)
	if err != nil {
		t.Fatal(err)
	}
	to, err := Mmap(nil, size, unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, NoFile, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := Move(from, size, to); err != nil {
		t.Fatal(err)
	}
	if got := string(unsafe.Slice((*byte)(to), 5)); got != "moved" {
		t.Errorf("the mapping has %q after the move", got)
	}
	if err := Munmap(to, size); err != nil {
		t.Error(err)
	}
}

func TestReadStart(t *testing.T) {
	path := t.TempDir() + "/file"
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{3, 100} {
		buffer := make([]byte, size)
		n, err := ReadStart(path, buffer)
		if want := "content"[:min(size, 7)]; err != nil || string(buffer[:n]) != want {
			t.Errorf("%d bytes: %q, %v; want %q", size, buffer[:n], err, want)
		}
	}
	if _, err := ReadStart(path+"/none", nil); !errors.Is(err, unix.ENOTDIR) {
		t.Errorf("a path that is none: %v", err)
	}
}

func TestErrors(t *testing.T) {
	if _, err := MemfdCreate("a\x00b", 0); err != unix.EINVAL {
		t.Errorf("MemfdCreate of a name with a NUL: %v", err)
	}
	if _, err := MemfdCreate("test", 1<<31); err != unix.EINVAL {
		t.Errorf("MemfdCreate with an unknown flag: %v", err)
	}
	if _, err := Fcntl(NoFile, unix.F_GETFD, 0); err != unix.EBADF {
		t.Errorf("Fcntl of no file: %v", err)
	}
	_, err := Mmap(nil, 0, unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, NoFile, 0)
	if err != unix.EINVAL {
		t.Errorf("Mmap of nothing: %v", err)
	}
	if err := Munmap(nil, 0); err != unix.EINVAL {
		t.Errorf("Munmap of nothing: %v", err)
	}
	if err := Move(nil, 0, nil); err != unix.EINVAL {
		t.Errorf("Move of nothing: %v", err)
	}
}
