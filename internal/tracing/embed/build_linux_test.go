package embed_test

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/embed"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// buildModes are ways to build a program. The linkers keep Go's table of functions in different
// sections, say differently where Go's text is, and have the section header table in front or
// behind.
var buildModes = map[string]struct {
	cgo   string
	flags []string
}{
	"Go's linker":    {"0", nil},
	"PIE, stripped":  {"0", []string{"-buildmode=pie", "-ldflags=-s -w"}},
	"GNU ld":         {"1", []string{"-ldflags=-linkmode=external"}},
	"GNU ld, static": {"1", []string{"-buildmode=pie", staticPIE}},
}

const staticPIE = "-ldflags=-linkmode=external -extldflags=-static-pie"

// build builds testdata/program, with -race if this test was built so and it can be.
func build(t *testing.T, cgo string, flags []string, env ...string) (path string) {
	t.Helper()
	if os.Getenv("USDT_TEST_EXEC") != "" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("programs with slots do not run on this machine, or by an emulator only")
	}
	path = filepath.Join(t.TempDir(), "program")
	args := append([]string{"build", "-o", path}, flags...)
	if testenv.Race && cgo == "1" && !slices.Contains(flags, staticPIE) {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "./testdata/program")...)
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "CGO_ENABLED="+cgo), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return path
}

// learn returns what the program at a path declares.
func learn(t *testing.T, path string) embed.List {
	t.Helper()
	p, err := embed.Open([]byte(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	l, err := p.Declared(t.Context(), filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestBuildModes(t *testing.T) {
	for name, mode := range buildModes {
		t.Run(name, func(t *testing.T) {
			path := build(t, mode.cgo, mode.flags)
			checkProgram(t, path)
			runProgram(t, path)
		})
	}
}

// checkProgram embeds, before strip and after it, and compares what the file says.
func checkProgram(t *testing.T, path string) {
	t.Helper()
	l := learn(t, path)
	wantFiles(t, filepath.Dir(path), "program")
	for _, step := range []string{"built", "embedded and stripped", "embedded anew"} {
		content := []byte(read(t, path))
		r := embedded(t, content, l, probesite.Nop)
		if step != "embedded and stripped" {
			write(t, path, string(r.Content), 0o755)
		}
		checkContent(t, []byte(read(t, path)), step)
		checkElflint(t, content, path)
		if step == "built" {
			strip := exec.Command("strip", path)
			if out, err := strip.CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("strip: %v\n%s", err, out)
			}
		}
	}
}

// checkContent has our reader and signatures agree, and the base where perf and gdb want it: as far
// from the sites in memory as in the file.
func checkContent(t *testing.T, content []byte, step string) {
	t.Helper()
	signatures, err := signature.ReadFile(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("%s: %v", step, err)
	}
	var got []string
	known := signature.NewSet(signatures)
	f, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	base := f.Section(".stapsdt.base")
	err = sdtnote.Each(bytes.NewReader(content), func(n sdtnote.Note) {
		s := known.Find(n.Provider, n.Name)
		if s == nil {
			t.Fatalf("%s: %s has no signature", step, n.Name)
		}
		got = append(got, n.Name+"("+s.String()+") "+s.Description)
		if base.Addr != n.Base || n.Address-n.FileOffset != base.Addr-base.Offset {
			t.Errorf("%s: the base of %+v is at %#x, in the file at %#x", step, n, base.Addr, base.Offset)
		}
		if content[n.FileOffset] != 0x90 && f.Machine == elf.EM_X86_64 {
			t.Errorf("%s: there is no nop at %#x", step, n.FileOffset)
		}
	})
	want := []string{"order_end(status int32) ",
		"order_start(id uint64, customer string) An order arrives."}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%s: error %v, (-want +got)\n%s", step, err, diff)
	}
}

// checkElflint has elfutils complain of nothing new, but for the notes, which it does not know.
func checkElflint(t *testing.T, before []byte, path string) {
	t.Helper()
	elflint := testenv.Tool(t, "eu-elflint")
	old := filepath.Join(t.TempDir(), "before")
	write(t, old, string(before), 0o755)
	complaints := func(path string) map[string]bool {
		out, _ := exec.Command(elflint, "--strict", path).Output() // it fails when it complains
		lines := make(map[string]bool)
		for line := range strings.Lines(string(out)) {
			lines[line] = true
		}
		return lines
	}
	known := complaints(old)
	for line := range complaints(path) {
		if !known[line] && !strings.Contains(line, "with owner name 'stapsdt'") {
			t.Errorf("eu-elflint complains: %s", line)
		}
	}
}

// runProgram has the program find its own notes.
func runProgram(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), "INIT=", "STAPSDT_BACKING=", "STAPSDT_DISABLE=")
	child := testenv.Start(t, cmd)
	if got := child.Next(t); !strings.HasSuffix(got, "/exe") {
		t.Errorf("the probes are at %q", got)
	}
	child.End(t)
}

// readelf finds the same notes as our reader.
func TestReadelf(t *testing.T) {
	readelf := testenv.Tool(t, "readelf")
	path := build(t, "0", nil)
	r := embedded(t, []byte(read(t, path)), learn(t, path), probesite.Nop)
	write(t, path, string(r.Content), 0o755)
	cmd := exec.Command(readelf, "--notes", "--sections", "--wide", path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"NT_STAPSDT", "Provider: shop\n", "Name: order_start\n",
		"Arguments: 8@%rdi 8@%rsi\n", "Semaphore: 0x0000000000000000\n", " .BTF "} {
		if runtime.GOARCH == "amd64" && strings.Count(string(out), want) == 0 {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(strings.ToLower(string(out)), "warning") {
		t.Errorf("readelf warns:\n%s", out)
	}
}

// What tools leave of the notes and signatures of two probes; embed works after each.
func TestStrip(t *testing.T) {
	path := build(t, "0", nil)
	built := []byte(read(t, path))
	l := learn(t, path)
	content := embedded(t, built, l, probesite.Nop).Content
	for command, want := range map[string][2]int{
		"strip": {2, 2}, "strip -g": {2, 2}, "eu-strip": {2, 0},
		"eu-strip -g": {2, 2}, "objcopy --compress-debug-sections": {2, 2},
		"llvm-strip": {0, 0}, "llvm-strip -g": {2, 2}, "llvm-strip --strip-all-gnu": {2, 2},
	} {
		t.Run(command, func(t *testing.T) {
			words := strings.Fields(command)
			tool, err := exec.LookPath(words[0])
			if err != nil {
				t.Skip(err) // LLVM is large, and the tests need nothing else of it
			}
			write(t, path, string(content), 0o755)
			if out, err := exec.Command(tool, append(words[1:], path)...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			stripped := []byte(read(t, path))
			signatures, err := signature.ReadFile(bytes.NewReader(stripped))
			if err != nil {
				t.Fatal(err)
			}
			if got := [2]int{len(notes(t, stripped)), len(signatures)}; got != want {
				t.Errorf("%d notes and signatures are left, want %d", got, want)
			}
			checkContent(t, embedded(t, stripped, l, probesite.Nop).Content, command)
		})
	}
}

// The probes of a program for the other machine are learnt by an emulator.
func TestOtherMachine(t *testing.T) {
	testenv.Tool(t, "qemu-aarch64-static")
	path := build(t, "0", nil, "GOARCH=arm64")
	l := learn(t, path)
	r := embedded(t, []byte(read(t, path)), l, probesite.Nop)
	checkContent(t, r.Content, "arm64")
	// A list that was made on another machine is the same.
	if diff := cmp.Diff(learn(t, build(t, "0", nil, "GOARCH=amd64")), l); diff != "" &&
		runtime.GOARCH == "amd64" {
		t.Errorf("(-amd64 +arm64)\n%s", diff)
	}
}
