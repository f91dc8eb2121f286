package probesite

import (
	"regexp"
	"strconv"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
)

// FuzzDecide asks only kernels from 6.18 on, whatever a kernel calls itself: an older one could
// punish a process for the question.
func FuzzDecide(f *testing.F) {
	f.Add("6.18.2-amd64", int(syscall.ENXIO))
	f.Add("7.2-rc1", int(syscall.EPROTO))
	f.Add("6.1", 0)
	f.Add("+7.-1", int(syscall.ENOSYS))
	numbers := regexp.MustCompile(`\A([0-9]{1,9})\.([0-9]{1,9})(?:[^0-9]|\z)`)
	f.Fuzz(func(t *testing.T, release string, errno int) {
		asked := false
		got := decide(release, func() syscall.Errno { asked = true; return syscall.Errno(errno) })
		isNew := false
		if m := numbers.FindStringSubmatch(release); m != nil {
			major, _ := strconv.Atoi(m[1])
			minor, _ := strconv.Atoi(m[2])
			isNew = major > 6 || major == 6 && minor >= 18
		}
		if asked != isNew && len(release) < 9 {
			t.Errorf("%q: asked %t, want %t", release, asked, isNew)
		}
		if got.Code(elf.EM_X86_64) == nil || got != Nop && !asked {
			t.Errorf("%q, errno %d: %v", release, errno, got)
		}
	})
}

// FuzzForm parses any name of a form: one is a form if, and only if, it is the form's name.
func FuzzForm(f *testing.F) {
	f.Add("nop5")
	f.Add("nop6")
	f.Fuzz(func(t *testing.T, name string) {
		form, err := ParseForm(name)
		if err == nil && (form.String() != name || form > Nop10) {
			t.Errorf("%q is %v", name, form)
		}
		for f := Nop; f <= Nop10; f++ {
			if f.String() == name && (form != f || err != nil) {
				t.Errorf("%q is %v, %v", name, form, err)
			}
		}
	})
}
