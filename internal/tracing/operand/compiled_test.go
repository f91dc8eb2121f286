package operand_test

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// TestParseCompiled holds the grammar to what compilers write.
func TestParseCompiled(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skipf("the arguments of %s programs are not supported", runtime.GOARCH)
	}
	kinds := make(map[operand.Kind]int)
	for _, compiler := range []string{"gcc", "clang"} {
		if _, err := exec.LookPath(compiler); err != nil && compiler == "clang" {
			t.Log("clang is not installed, gcc has to do")
			continue
		}
		flags := []string{
			"-O0", "-O1", "-O2", "-O3", "-Os", "-O0 -fno-pie -no-pie", "-O2 -fno-pie -no-pie",
		}
		if runtime.GOARCH == "amd64" {
			for _, some := range []string{"-O0", "-O1", "-O3", "-O2 -fno-pie -no-pie", "-O2 -fPIC"} {
				flags = append(flags, some+" "+i386)
			}
		}
		for _, flags := range flags {
			t.Run(compiler+" "+flags, func(t *testing.T) {
				for _, n := range compileArgs(t, compiler, flags) {
					checkCompiled(t, n, kinds)
				}
			})
		}
	}
	t.Logf("%d constants, %d in registers, %d in memory",
		kinds[operand.Constant], kinds[operand.InRegister], kinds[operand.InMemory])
}

// i386 are flags for a program of 32 bits without a C library, which the machine may lack.
const i386 = "-m32 -ffreestanding -nostdlib -static -idirafter /usr/include/x86_64-linux-gnu " +
	"-Wl,--unresolved-symbols=ignore-all,--entry=main"

func compileArgs(t *testing.T, compiler, flags string) []sdtnote.Note {
	t.Helper()
	testenv.RequireSDT(t)
	path := filepath.Join(t.TempDir(), "args")
	args := append(strings.Fields(flags), "-w", "-o", path, "testdata/args.c")
	if out, err := exec.Command(testenv.Tool(t, compiler), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", compiler, flags, err, out)
	}
	notes, err := sdtnote.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(notes) < 7 {
		t.Fatalf("%d notes, want 7", len(notes))
	}
	return notes
}

func checkCompiled(t *testing.T, n sdtnote.Note, kinds map[operand.Kind]int) {
	t.Helper()
	var constants []int64
	for _, a := range operand.Parse(n) {
		kinds[a.Kind]++
		// :lo12: is a part of an address that only the linker knows.
		if a.Err != nil && !(n.Machine == elf.EM_AARCH64 && strings.Contains(a.Text, ":lo12:")) {
			t.Errorf("%s: %v", n.Name, a.Err)
		}
		constants = append(constants, a.Value)
	}
	if want := []int64{5, -5, 0x10000, -1, extended(n.Machine, '\377')}; n.Name == "constants" {
		if diff := cmp.Diff(want, constants); diff != "" {
			t.Errorf("constants %s (-want +got):\n%s", n.Args, diff)
		}
	}
}

// extended returns what C makes of a char constant: an int of the char's sign.
func extended(machine elf.Machine, c byte) int64 {
	if machine == elf.EM_AARCH64 {
		return int64(c)
	}
	return int64(int8(c))
}
