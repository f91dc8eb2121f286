package probesite

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestDecide(t *testing.T) {
	const notAsked = syscall.Errno(0)
	for _, tt := range []struct {
		release string
		answer  syscall.Errno // notAsked: asking is an error
		want    Form
	}{
		{"4.18.0-553.el8_10.x86_64", notAsked, Nop},
		{"5.10.0-44-amd64", notAsked, Nop},
		{"6.1.0-40-amd64", notAsked, Nop},
		{"6.12.57+deb13-amd64", notAsked, Nop},
		{"6.17.13", notAsked, Nop},
		{"6.9", notAsked, Nop},
		{"", notAsked, Nop},
		{"7", notAsked, Nop},
		{"7.", notAsked, Nop},
		{".18", notAsked, Nop},
		{"-7.18", notAsked, Nop},
		{"Linux", notAsked, Nop},
		{"99999999999999999999.18", notAsked, Nop},

		{"6.18.44-fc-v657", unix.ENXIO, Nop5},
		{"6.18-rc1", unix.ENXIO, Nop5},
		{"6.18.99", unix.EPROTO, Nop10},
		{"6.18.44-fc-v657", unix.ENOSYS, Nop},
		{"7.2.13-amd64", unix.EPROTO, Nop10},
		{"7.2.13-amd64", unix.ENXIO, Nop5},
		{"7.2.13-amd64", unix.EPERM, Nop},
		{"7.2.13-amd64", unix.EINVAL, Nop},
		{"10.0", unix.EPROTO, Nop10},
	} {
		asked := 0
		got := decide(tt.release, func() syscall.Errno { asked++; return tt.answer })
		if got != tt.want {
			t.Errorf("%q answering %v: %v, want %v", tt.release, tt.answer, got, tt.want)
		}
		if want := min(int(tt.answer), 1); asked != want {
			t.Errorf("%q: asked %d times, want %d", tt.release, asked, want)
		}
	}
	if got := decide("6.18.0", func() syscall.Errno { return 0 }); got != Nop {
		t.Errorf("a system call that succeeds: %v, want nop", got)
	}
}

// TestBest asks the running kernel.
func TestBest(t *testing.T) {
	got := best()
	t.Logf("kernel %s: %v", release(), got)
	if release() == "" {
		t.Error("uname failed")
	}
	older := decide(release(), func() syscall.Errno { return unix.ENXIO }) == Nop
	if older && got != Nop {
		t.Errorf("%v on a kernel before 6.18", got)
	}
}
