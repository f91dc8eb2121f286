//go:build linux && (amd64 || arm64)

package command

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/elffile"
)

// TestInspectHostile: a file with texts as long as they can be, control characters and very many
// sites makes no more output than fits a terminal's memory, and nothing that a terminal obeys.
func TestInspectHostile(t *testing.T) {
	const size, sites = 1 << 20, 1000
	long := strings.Repeat("\x1b", size)
	notes := elffile.Note64(elffile.TextAddr, 0, 0, long+"\x00"+long+"\x00"+long+"\x00")
	for i := range uint64(sites) {
		notes = append(notes, elffile.Note64(elffile.TextAddr+i%8, 0, i, "many\x00one\x008@%rdi\x00")...)
	}
	path := filepath.Join(t.TempDir(), "hostile")
	if err := os.WriteFile(path, elffile.New64(notes).Bytes(t), 0o755); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := runCommand(t, "inspect", path, "*:*")
	const most = 64 * 4096
	if status != 0 || len(stdout) > most || strings.Contains(stdout+stderr, "\x1b") {
		t.Errorf("status %d, %d bytes, escaped: %t\n%.4000s", status, len(stdout),
			!strings.Contains(stdout+stderr, "\x1b"), stderr)
	}
	if got := strings.Count(stdout, "\nfile: "); got != mostInspected {
		t.Errorf("%d sites are shown, want %d", got, mostInspected)
	}
	if want := "not shown: 937 other sites; usdt list shows all"; !strings.Contains(stderr, want) {
		t.Errorf("stderr lacks %q:\n%.4000s", want, stderr)
	}
	stdout, _, status = runCommand(t, "inspect", path, "many:*", "--json")
	if lines := strings.Count(stdout, "\n"); status != 0 || lines != mostInspected {
		t.Errorf("status %d, %d lines of JSON, want %d", status, lines, mostInspected)
	}
}

// TestInspectOtherMachine: a file of a machine that has no slots of package static is shown.
func TestInspectOtherMachine(t *testing.T) {
	note := elffile.NoteOf(t, elf.ELFCLASS32, elf.ELFDATA2LSB, elffile.TextAddr, 0, 0,
		"other\x00one\x00\x00")
	path := filepath.Join(t.TempDir(), "other")
	file := elffile.New(elf.ELFCLASS32, elf.ELFDATA2LSB, note).Bytes(t)
	if err := os.WriteFile(path, file, 0o755); err != nil {
		t.Fatal(err)
	}
	if stdout, stderr, status := runCommand(t, "inspect", path, "other:one"); status != 0 {
		t.Errorf("status %d, %s%s", status, stdout, stderr)
	}
}
