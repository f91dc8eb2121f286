package symbol_test

import (
	"bufio"
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

const source = `
static int __attribute__((noinline)) hidden(int n) { return n * n; }
int visible(int n) { return hidden(n) + 1; }
int other(int n) { return hidden(n) + visible(n); }
`

// TestFunctions compares the names of functions of C with those that nm prints.
func TestFunctions(t *testing.T) {
	library := filepath.Join(t.TempDir(), "lib.so")
	cc := exec.Command("gcc", "-x", "c", "-O1", "-shared", "-fPIC", "-o", library, "-")
	cc.Stdin = strings.NewReader(source)
	if out, err := cc.CombinedOutput(); err != nil {
		testenv.Lacks(t, fmt.Errorf("%w: %s", err, out))
	}
	stripped := library + ".stripped"
	if out, err := exec.Command("strip", "-o", stripped, library).CombinedOutput(); err != nil {
		testenv.Lacks(t, fmt.Errorf("%w: %s", err, out))
	}
	for _, test := range []struct {
		path  string
		nm    []string
		least int
	}{
		{library, nil, 3},
		{stripped, []string{"-D"}, 2},
	} {
		checkNames(t, test.path, test.least, test.nm...)
	}
}

// checkNames compares what each function of a file is called with what nm, given the arguments,
// calls it. There are at least so many.
func checkNames(t *testing.T, path string, least int, arguments ...string) {
	t.Helper()
	out, err := exec.Command("nm", append(arguments, path)...).Output()
	if err != nil {
		testenv.Lacks(t, err)
	}
	names := make(map[uint64][]string) // several at an address
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		fields := strings.Fields(s.Text())
		if len(fields) == 3 && strings.Contains("tT", fields[1]) {
			address, err := strconv.ParseUint(fields[0], 16, 64)
			if err != nil {
				t.Fatal(err)
			}
			names[address] = append(names[address], fields[2])
		}
	}
	if len(names) < least {
		t.Fatalf("%s has %d functions:\n%s", path, len(names), out)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parsed, err := elf.NewFile(f)
	if err != nil {
		t.Fatal(err)
	}
	file, checked := symbol.New(f), 0
	for address, known := range names {
		if !slices.ContainsFunc(known, func(name string) bool {
			return slices.Contains([]string{"hidden", "visible", "other"}, name)
		}) {
			continue // gcc's own have no type, or no code
		}
		checked++
		const into = 1 // byte of the function
		frames := file.Frames(offsetOf(t, parsed, address)+into, false)
		if len(frames) != 1 || !slices.Contains(known, frames[0].Function) ||
			frames[0].Offset != into || frames[0].File != "" || frames[0].Inlined {
			t.Errorf("%s at %#x: got %+v, want one of %v", path, address, frames, known)
		}
	}
	if checked < least {
		t.Errorf("%s: %d functions checked", path, checked)
	}
}

func offsetOf(t *testing.T, f *elf.File, address uint64) uint64 {
	t.Helper()
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && address >= p.Vaddr && address-p.Vaddr < p.Filesz {
			return address - p.Vaddr + p.Off
		}
	}
	t.Fatalf("%#x is in no segment", address)
	return 0
}
