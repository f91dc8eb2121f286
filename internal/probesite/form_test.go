package probesite

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var allForms = []Form{Nop, Nop5, Nop10}

func TestFormSizes(t *testing.T) {
	for machine, want := range map[elf.Machine][]int{
		elf.EM_X86_64:  {Nop: 1, Nop5: 5, Nop10: 10},
		elf.EM_AARCH64: {Nop: 4, Nop5: 0, Nop10: 0},
		elf.EM_386:     {Nop: 0, Nop5: 0, Nop10: 0},
	} {
		for _, f := range allForms {
			if got := len(f.Code(machine)); got != want[f] {
				t.Errorf("%v on %v has %d bytes, want %d", f, machine, got, want[f])
			}
		}
	}
}

// TestImages builds an image with every form: elfimage would refuse a site that could cross a page
// boundary.
func TestImages(t *testing.T) {
	for _, machine := range []elf.Machine{elf.EM_X86_64, elf.EM_AARCH64} {
		for _, f := range allForms {
			code := f.Code(machine)
			_, err := elfimage.Build(elfimage.Spec{Machine: machine, Provider: "shop", Site: code})
			if code != nil && err != nil {
				t.Errorf("%v on %v: %v", f, machine, err)
			}
		}
	}
}

// TestDisassembly: objdump says that each form is one instruction that does nothing.
func TestDisassembly(t *testing.T) {
	objdump := testenv.Tool(t, "objdump")
	instruction := regexp.MustCompile(`(?m)^ +[0-9a-f]+:\t[0-9a-f ]+\t(\S+ ?nop\w?|nop\w?)\b`)
	for _, f := range allForms {
		path := filepath.Join(t.TempDir(), f.String())
		if err := os.WriteFile(path, f.Code(elf.EM_X86_64), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(objdump, "-D", "-w", "-b", "binary", "-m", "i386:x86-64", path)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("objdump: %v\n%s", err, out)
		}
		if n := len(instruction.FindAll(out, -1)); n != 1 {
			t.Errorf("%v has %d instructions\n%s", f, n, out)
		}
	}
}

func TestCodeIsACopy(t *testing.T) {
	Nop.Code(elf.EM_X86_64)[0] = 0xcc
	if got := Nop.Code(elf.EM_X86_64)[0]; got != 0x90 {
		t.Errorf("who changed a copy changed the nop to %#x", got)
	}
}

func TestParseForm(t *testing.T) {
	for _, f := range allForms {
		if got, err := ParseForm(f.String()); got != f || err != nil {
			t.Errorf("ParseForm(%q) = %v, %v", f, got, err)
		}
	}
	for _, name := range []string{"", "NOP", "nop6", "nop ", "Form(3)"} {
		if f, err := ParseForm(name); err == nil {
			t.Errorf("ParseForm(%q) = %v", name, f)
		}
	}
	none := Form(3)
	if none.String() != "Form(3)" || none.Code(elf.EM_X86_64) != nil {
		t.Errorf("%v has the code % x", none, none.Code(elf.EM_X86_64))
	}
}
