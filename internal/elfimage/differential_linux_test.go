package elfimage_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestSameAsC: the C writer makes the same bytes of the same specifications.
func TestSameAsC(t *testing.T) {
	imagedump := compileImagedump(t)
	m := newSpecMaker(2)
	counts := []int{0, 1, 2, 15, 16, 17, 255, 256, 257, maxProbes - 1, maxProbes}
	for range 300 {
		counts = append(counts, m.IntN(16))
	}
	// Each count with each form of site in turn.
	for i, n := range counts {
		for range forms {
			spec := m.spec(n)
			compare(t, fmt.Sprintf("spec %d of %d probes, %v, site %x", i, n, spec.Machine, spec.Site),
				dumpImage(t, imagedump, spec), build(t, spec))
		}
	}
	t.Logf("%d images are the same", m.specs)
}

// compileImagedump compiles the C writer, with a program that writes the image to its output.
func compileImagedump(t *testing.T) string {
	t.Helper()
	gcc := testenv.Tool(t, "gcc")
	program := filepath.Join(t.TempDir(), "imagedump")
	args := []string{"-std=c11", "-O1", "-o", program}
	for _, source := range []string{"test/imagedump.c", "image.c", "layout.c", "machine.c"} {
		args = append(args, filepath.Join("../../vendor_c", source))
	}
	if out, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return program
}

// dumpImage returns the C writer's image of spec. imagedump.c describes its input.
func dumpImage(t *testing.T, imagedump string, spec elfimage.Spec) []byte {
	t.Helper()
	var in, stderr bytes.Buffer
	for _, m := range machines {
		if m.elf == spec.Machine {
			fmt.Fprintln(&in, m.name)
		}
	}
	fmt.Fprintf(&in, "%x\n%s\n", spec.Site, spec.Provider)
	for _, p := range spec.Probes {
		in.WriteString(p.Name)
		for _, size := range p.Args {
			fmt.Fprint(&in, " ", size)
		}
		in.WriteByte('\n')
	}
	cmd := exec.Command(imagedump)
	cmd.Stdin, cmd.Stderr = &in, &stderr
	image, err := cmd.Output()
	if err != nil {
		t.Fatalf("imagedump: %v\n%s\n%q", err, stderr.Bytes(), spec.Provider)
	}
	return image
}

func compare(t *testing.T, what string, c, golang []byte) {
	t.Helper()
	if bytes.Equal(c, golang) {
		return
	}
	if len(c) != len(golang) {
		t.Errorf("%s: C writes %d bytes, Go %d", what, len(c), len(golang))
	}
	for i := range min(len(c), len(golang)) {
		if c[i] != golang[i] {
			t.Fatalf("%s: byte %#x is %#02x in C, %#02x in Go", what, i, c[i], golang[i])
		}
	}
}
