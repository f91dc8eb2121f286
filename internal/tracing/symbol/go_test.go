package symbol_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

// TestGo holds the frames of a program's file to what the runtime says in the program itself.
func TestGo(t *testing.T) {
	needNative(t)
	for _, build := range []struct {
		name  string
		cgo   string
		flags []string
	}{
		{"plain", "0", nil},
		{"stripped", "0", []string{"-ldflags=-s -w"}},
		{"stripped PIE", "0", []string{"-ldflags=-s -w", "-buildmode=pie"}},
		{"stripped cgo", "1", []string{"-ldflags=-s -w"}},
		{"stripped cgo PIE", "1", []string{"-ldflags=-s -w", "-buildmode=pie"}},
		{"without inlining", "0", []string{"-gcflags=-l"}},
	} {
		t.Run(build.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "program")
			arguments := slices.Concat([]string{"build"}, build.flags, []string{"./testdata/program"})
			environment := []string{"CGO_ENABLED=" + build.cgo}
			if err := testbuild.Go(path, environment, arguments...); err != nil {
				t.Fatal(err)
			}
			checkFrames(t, path, path)
		})
	}
}

// TestGoWithoutSections reads a file of which nothing is left but what the kernel maps.
func TestGoWithoutSections(t *testing.T) {
	needNative(t)
	path := filepath.Join(t.TempDir(), "program")
	environment := []string{"CGO_ENABLED=0"}
	if err := testbuild.Go(path, environment, "build", "./testdata/program"); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const sectionCount = 60 // offset in the header
	file[sectionCount], file[sectionCount+1] = 0, 0
	bare := path + ".bare"
	if err := os.WriteFile(bare, file, 0o600); err != nil {
		t.Fatal(err)
	}
	checkFrames(t, path, bare)
}

// needNative skips a test where its program does not run, or is of 32 bits, which are not read.
func needNative(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" ||
		os.Getenv("USDT_TEST_EXEC") != "" {
		t.Skip("builds and runs programs")
	}
}

// checkFrames runs a program, and compares what it prints with what its file says. The frames of an
// address are those of the functions that have been inlined there, and the next lines are theirs.
func checkFrames(t *testing.T, program, file string) {
	t.Helper()
	out, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	f := symbol.New(opened)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) < 20 {
		t.Errorf("the program printed %d frames", len(lines))
	}
	for i := 0; i < len(lines); {
		text, _, _ := strings.Cut(lines[i], "\t")
		offset, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		frames := f.Frames(offset, true)
		if len(frames) == 0 {
			t.Fatalf("no frames for %s", lines[i])
		}
		for j, frame := range frames {
			got := fmt.Sprintf("%s %s:%d", frame.Function, frame.File, frame.Line)
			if _, want, _ := strings.Cut(lines[i], "\t"); got != want {
				t.Errorf("frame %d of offset %#x: got %s, want %s", j, offset, got, want)
			}
			if isLast := j == len(frames)-1; frame.Inlined == isLast {
				t.Errorf("frame %d of %d of offset %#x: Inlined is %t", j, len(frames), offset, isLast)
			}
			if i++; i == len(lines) && j < len(frames)-1 {
				t.Fatalf("more frames than the runtime has: %+v", frames)
			}
		}
	}
}
