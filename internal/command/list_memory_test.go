//go:build linux && (amd64 || arm64)

package command

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/elffile"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// mapFile is a program that maps the file of its argument to execute, until the end of its input.
func mapFile() {
	file, err := os.Open(os.Args[1])
	if err == nil {
		_, err = unix.Mmap(int(file.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_EXEC,
			unix.MAP_PRIVATE)
	}
	fmt.Println("mapped", err)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// listMemory is what usdt list may take of memory, whatever the processes are: docs/reading.md
// says so. It is for this program and its reader of processes together, in KiB.
const listMemory = 256 << 10

// TestListBounded lists a machine with hostile processes: many that have one file with as many
// probes as there can be, some that have such files of their own, and files with long texts.
func TestListBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("maps many files of 4 MB")
	}
	if testenv.Race {
		t.Skip("the race detector takes several times the memory of the program")
	}
	shared := hostileFile(t, "")
	for i := range 30 {
		file := shared
		switch { // 20 processes have the same file
		case i%6 == 1:
			file = hostileFile(t, fmt.Sprint(i))
		case i%6 == 2:
			file = wideFile(t, fmt.Sprint(i))
		}
		child := testenv.Start(t, exec.Command("mapfile", file))
		if line := child.Next(t); line != "mapped <nil>" {
			t.Fatal(line)
		}
	}
	// The process with honest probes comes last.
	traced := filepath.Join(t.TempDir(), "traced")
	if err := build("0", "go", "build", "-o", traced, "../../internal/testing/traced"); err != nil {
		t.Fatal(err)
	}
	testenv.Start(t, exec.Command(traced, "honest", "probe")).Next(t)
	for _, args := range [][]string{{"list"}, {"list", "--json"}} {
		lines, peak, messages := listPeak(t, args...)
		t.Logf("%q: %d lines, %d MiB\n%s", args, lines.all, peak>>10, messages)
		if peak > listMemory {
			t.Errorf("%q took %d KiB, want at most %d", args, peak, listMemory)
		}
		if lines.honest != 1 {
			t.Errorf("%q: %d lines about the honest probe, want 1", args, lines.honest)
		}
		if !strings.Contains(messages, "not listed, because some processes have too many: ") {
			t.Errorf("%q does not say what was left out: %s", args, messages)
		}
	}
}

// hostileFile writes a file with nearly as many notes as a file can have.
func hostileFile(t *testing.T, name string) string {
	t.Helper()
	return writeNotes(t, manyNotes("h\x00"+name, 65_000))
}

// wideFile writes a file with an argument that is as long as all others together can be.
func wideFile(t *testing.T, name string) string {
	t.Helper()
	long := strings.Repeat("8@\u009b", 700_000)
	notes := elffile.Note64(elffile.TextAddr, 0, 0, "w\x00"+name+"long\x00"+long+"\x00")
	return writeNotes(t, append(notes, manyNotes("w\x00"+name, 20_000)...))
}

// manyNotes returns notes of different probes.
func manyNotes(name string, count int) (notes []byte) {
	for i := range count {
		text := fmt.Sprintf("%s%d\x00\x00", name, i)
		notes = append(notes, elffile.Note64(elffile.TextAddr, 0, 0, text)...)
	}
	return notes
}

func writeNotes(t *testing.T, notes []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, elffile.New64(notes).Bytes(t), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

type listedLines struct{ all, honest int }

// listPeak runs usdt and returns how much memory it has taken, with its children, in KiB.
func listPeak(t *testing.T, args ...string) (lines listedLines, peak int, messages string) {
	t.Helper()
	cmd := exec.Command("usdt", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReaderSize(out, 1<<20)
	for err == nil {
		var line []byte
		if line, err = r.ReadSlice('\n'); errors.Is(err, bufio.ErrBufferFull) {
			err = nil
		}
		lines.all += bytes.Count(line, []byte("\n"))
		if bytes.Contains(line, []byte("honest")) {
			lines.honest++
		}
		if lines.all%1024 == 0 {
			peak = max(peak, peakOf(t, cmd.Process.Pid))
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("usdt %q: %v\n%s", args, err, &stderr)
	}
	return lines, peak, stderr.String()
}

// peakOf returns the most memory that the process and its children have taken, in KiB.
func peakOf(t *testing.T, pid int) int {
	t.Helper()
	peak, _ := strconv.Atoi(strings.TrimSuffix(readStatus(pid)["VmHWM"], " kB"))
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH) {
		t.Fatal(err)
	}
	for _, child := range strings.Fields(string(children)) {
		if id, err := strconv.Atoi(child); err == nil {
			peak += peakOf(t, id)
		}
	}
	return peak
}
