package doctor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// errDenied is what loading a BPF program without the rights gives.
var errDenied = fmt.Errorf("load program: %w", unix.EPERM)

// A findingTest spoils one thing, and looks at the finding that must change with it.
type findingTest struct {
	name  string
	spoil func(*System)

	check  string   // the name of the finding
	status Status   // of the finding
	says   []string // parts of its text or remedy
}

func TestWell(t *testing.T) {
	for _, f := range Examine(wellSystem()) {
		if f.Name == "" || f.Found == "" || f.Status != OK || f.Remedy != "" {
			t.Errorf("%+v", f)
		}
	}
}

// TestFindings also looks at failures where usdt has just traced, which makes them warnings.
func TestFindings(t *testing.T) {
	tests := slices.Concat(kernelTests, rightsTests, tracingTests, probesTests, toolsTests)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := wellSystem()
			test.spoil(&s)
			if test.status == Failure && s.Traced == nil {
				if f := find(t, Examine(s), test.check); f.Status != Warning {
					t.Errorf("status %v, want %v, since usdt has traced: %+v", f.Status, Warning, f)
				}
				s.Traced = unix.EINVAL
			}
			f := find(t, Examine(s), test.check)
			if f.Status != test.status {
				t.Errorf("status %v, want %v: %+v", f.Status, test.status, f)
			}
			if (f.Status == OK) != (f.Remedy == "") {
				t.Errorf("a finding has a remedy if, and only if, it is not ok: %+v", f)
			}
			for _, want := range test.says {
				if !strings.Contains(f.Found+"\n"+f.Remedy, want) {
					t.Errorf("%+v does not say %q", f, want)
				}
			}
		})
	}
}

func find(t *testing.T, findings []Finding, name string) Finding {
	t.Helper()
	for _, f := range findings {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no check %q", name)
	return Finding{}
}

// The conclusion agrees with the worst finding.
func TestConclusion(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*System)
		worst Status
		want  string
	}{
		{
			"well",
			func(*System) {},
			OK, "usdt can trace here",
		},
		{
			"without tracefs",
			func(s *System) { s.set("proc/self/mounts", "") },
			Warning, "usdt can trace here; see the warnings",
		},
		{
			"filtered, yet traced",
			func(s *System) {
				s.setStatus(allCapabilities, "2")
				s.PerfCall = unix.EPERM
			},
			Warning, "usdt can trace here; see the warnings",
		},
		{
			"no probes",
			func(s *System) { s.Memory, s.File, s.Traced = unix.EPERM, unix.EPERM, unix.EPERM },
			Warning, "can load no probes",
		},
		{
			"nobody",
			func(s *System) { s.drop(); s.Traced = unix.EPERM },
			Failure, "cannot trace here: see the failures",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := wellSystem()
			test.spoil(&s)
			if worst := Worst(Examine(s)); worst != test.worst {
				t.Errorf("worst %v, want %v", worst, test.worst)
			}
			if got := Conclusion(s); !strings.Contains(got, test.want) {
				t.Errorf("%q does not say %q", got, test.want)
			}
		})
	}
}

// usdt doctor does not advise the user to run usdt doctor.
func TestCause(t *testing.T) {
	const advice = "usdt doctor tells what is missing"
	rights := fmt.Errorf("%w (%w): %s", uprobe.ErrRights, unix.EACCES, advice)
	other := errors.New("other")
	for _, test := range []struct{ err, want error }{
		{rights, unix.EACCES},
		{errors.Join(fmt.Errorf("attach: %w", rights), nil), unix.EACCES},
		{errors.Join(other, fmt.Errorf("attach: %w", rights)), unix.EACCES},
		{fmt.Errorf("map create: %w (consider more)", unix.EPERM), unix.EPERM},
		{other, other},
		{fmt.Errorf("attach: %w", other), fmt.Errorf("attach: %w", other)},
	} {
		if got := cause(test.err); got.Error() != test.want.Error() {
			t.Errorf("cause of %q is %q, want %q", test.err, got, test.want)
		}
	}
}

func TestWorst(t *testing.T) {
	if got := Worst(nil); got != OK {
		t.Errorf("nothing found: %v", got)
	}
	if got := Worst([]Finding{{Status: Warning}, {Status: Failure}, {Status: OK}}); got != Failure {
		t.Errorf("got %v, want %v", got, Failure)
	}
}
