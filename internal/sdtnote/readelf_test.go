package sdtnote_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// TestReadelfInstalled compares the notes of libraries that many systems have with the output of
// readelf.
func TestReadelfInstalled(t *testing.T) {
	found := 0
	for _, pattern := range []string{
		"/lib*/*-linux-gnu/libstdc++.so.6", "/lib*/*-linux-gnu/libc.so.6",
		"/lib*/*-linux-gnu/libpython3.*.so.1.0",
		"/lib64/libstdc++.so.6", "/lib64/libc.so.6", "/lib64/libpython3.*.so.1.0",
		"/usr/lib/ld-linux-*.so.*",
	} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			t.Run(filepath.Base(path), func(t *testing.T) { found += len(compareReadelf(t, path)) })
		}
	}
	if found == 0 {
		testenv.Lacks(t, errors.New("none of libstdc++, libc and libpython is installed with probes"))
	}
	t.Logf("%d notes are the same", found)
}

// TestReadelfLinked does the same with files that the system's linker makes of testdata/probes.S,
// and looks at the bytes at the file offsets.
func TestReadelfLinked(t *testing.T) {
	gcc := testenv.Tool(t, "gcc")
	for _, tt := range []struct{ name, flags string }{
		{"static", "-static"},
		{"pie", "-static-pie -fPIE"},
		{"shared", "-shared -fPIC"},
		{"gc-sections", "-static -Wl,--gc-sections"},
		{"stripped", "-static -s"},
		{"32-bit", "-static -m32"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "32-bit" && !isX86 {
				t.Skip("gcc has no -m32 for this machine")
			}
			path := filepath.Join(t.TempDir(), "probes")
			args := append(strings.Fields(tt.flags), "-nostdlib", "-o", path, "testdata/probes.S")
			if out, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
				t.Fatalf("gcc %s: %v\n%s", strings.Join(args, " "), err, out)
			}
			notes := compareReadelf(t, path)
			if len(notes) != 2 {
				t.Fatalf("%d notes, want 2", len(notes))
			}
			followOffsets(t, path, notes)
		})
	}
}

const isX86 = runtime.GOARCH == "amd64" || runtime.GOARCH == "386"

// followOffsets checks that each site, a nop before the probe's name, and each semaphore is where
// probes.S put it.
func followOffsets(t *testing.T, path string, notes []sdtnote.Note) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	nop := 1
	if machine := elf.Machine(binary.LittleEndian.Uint16(file[18:])); machine == elf.EM_AARCH64 {
		nop = 4
	}
	for _, n := range notes {
		if text := n.Name + "\x00"; !bytes.HasPrefix(file[n.FileOffset+uint64(nop):], []byte(text)) {
			t.Errorf("%s: at offset %#x: % x, want a nop and %q", n.Name, n.FileOffset,
				file[n.FileOffset:][:8], text)
		}
	}
	if at := notes[0].SemaphoreOffset; at == 0 || !bytes.HasPrefix(file[at:], []byte{0x17, 0x5a}) {
		t.Errorf("semaphore at offset %#x: % x, want 17 5a", at, file[at:][:2])
	}
	if at := notes[1].SemaphoreOffset; at != 0 {
		t.Errorf("semaphore offset %#x of a probe without one, want 0", at)
	}
}

// compareReadelf reads path both ways. It also compares the offsets with the sections as debug/elf
// reads them.
func compareReadelf(t *testing.T, path string) []sdtnote.Note {
	t.Helper()
	want := readelfNotes(t, path)
	got, err := sdtnote.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	computed := cmpopts.IgnoreFields(sdtnote.Note{}, "Machine", "Address", "FileOffset",
		"SemaphoreOffset")
	if diff := cmp.Diff(want, got, computed); diff != "" {
		t.Errorf("%s: notes differ (-readelf +got):\n%s", path, diff)
	}

	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, n := range got {
		if uint16(n.Machine) != uint16(f.Machine) {
			t.Errorf("%s:%s: machine %v, want %v", n.Provider, n.Name, n.Machine, f.Machine)
		}
		for _, a := range operand.Parse(n) {
			supported := f.Machine == elf.EM_X86_64 || f.Machine == elf.EM_AARCH64
			if supported && a.Err != nil {
				t.Errorf("%s:%s: %v", n.Provider, n.Name, a.Err)
			}
		}
		text := sectionAt(f, n.Address)
		if text == nil || text.Flags&elf.SHF_EXECINSTR == 0 ||
			text.Offset+n.Address-text.Addr != n.FileOffset {
			t.Errorf("%s:%s: address %#x, offset %#x, section %+v", n.Provider, n.Name, n.Address,
				n.FileOffset, text)
		}
	}
	return got
}

func sectionAt(f *elf.File, addr uint64) *elf.Section {
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC != 0 && addr >= s.Addr && addr-s.Addr < s.Size {
			return s
		}
	}
	return nil
}

var readelfNote = regexp.MustCompile(`Provider: (.*)
 +Name: (.*)
 +Location: (0x[0-9a-f]+), Base: (0x[0-9a-f]+), Semaphore: (0x[0-9a-f]+)
 +Arguments: ?(.*)`)

func readelfNotes(t *testing.T, path string) (notes []sdtnote.Note) {
	t.Helper()
	cmd := exec.Command(testenv.Tool(t, "readelf"), "--notes", "--wide", path)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	for _, m := range readelfNote.FindAllStringSubmatch(string(out), -1) {
		notes = append(notes, sdtnote.Note{
			Provider: m[1], Name: m[2], Args: m[6],
			Location: parseHex(t, m[3]), Base: parseHex(t, m[4]), Semaphore: parseHex(t, m[5]),
		})
	}
	return notes
}

func parseHex(t *testing.T, s string) uint64 {
	t.Helper()
	v, err := strconv.ParseUint(s, 0, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
