package kernels

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-usdt/usdt/internal/uprobe/forms"
)

// buildTests compiles the tests of a package into a static program and returns its bytes.
func buildTests(t *testing.T, arch, pkg string) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "test")
	cmd := exec.Command("go", "test", "-c", "-ldflags=-s -w", "-o", program, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return read(t, program)
}

// buildForms makes the program that the engine's tests trace.
func buildForms(t *testing.T, arch string) []byte {
	t.Helper()
	program, err := forms.Build(t.TempDir(), arch)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, program)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// writeInitramfs writes the root file system: programs by name, and where the one called init mounts others.
func writeInitramfs(t *testing.T, file string, programs map[string][]byte) {
	t.Helper()
	const dir, executable = 0o040755, 0o100755
	var cpio bytes.Buffer
	inode := 0
	add := func(name string, mode uint32, content []byte) {
		inode++
		appendEntry(&cpio, inode, name, mode, content)
	}
	for name, program := range programs {
		add(name, executable, program)
	}
	for _, name := range []string{"dev", "proc", "sys", "tmp"} {
		add(name, dir, nil)
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
