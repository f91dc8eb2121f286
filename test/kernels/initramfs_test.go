package kernels

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// buildGuest compiles the tests of package guest into a static program and returns its bytes.
func buildGuest(t *testing.T, arch string) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "guest.test")
	cmd := exec.Command("go", "test", "-c", "-ldflags=-s -w", "-o", program, "./guest")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	b, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// writeInitramfs writes the root file system: the program init, and where it mounts others.
func writeInitramfs(t *testing.T, file string, init []byte) {
	t.Helper()
	const dir, executable = 0o040755, 0o100755
	var cpio bytes.Buffer
	appendEntry(&cpio, 1, "init", executable, init)
	for i, name := range []string{"dev", "proc", "sys", "tmp"} {
		appendEntry(&cpio, i+2, name, dir, nil)
	}
	appendEntry(&cpio, 0, "TRAILER!!!", 0, nil)
	if err := os.WriteFile(file, cpio.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// appendEntry appends a file to a cpio archive of the format newc, which the kernel's
// Documentation/driver-api/early-userspace/buffer-format.rst describes.
func appendEntry(cpio *bytes.Buffer, inode int, name string, mode uint32, content []byte) {
	const uid, gid, links, mtime, device, checksum = 0, 0, 1, 0, 0, 0
	cpio.WriteString("070701")
	for _, field := range []int{inode, int(mode), uid, gid, links, mtime, len(content),
		device, device, device, device, len(name) + 1, checksum} {
		fmt.Fprintf(cpio, "%08x", field)
	}
	cpio.WriteString(name + "\x00")
	pad(cpio)
	cpio.Write(content)
	pad(cpio)
}

func pad(b *bytes.Buffer) {
	for b.Len()%4 != 0 {
		b.WriteByte(0)
	}
}
