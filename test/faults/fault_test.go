//go:build linux && (amd64 || arm64)

package faults

import (
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A fault is one that a program meets while it loads.
type fault struct {
	name  string
	start start
	bring func(t *testing.T, p *program) // nil if the start brings it
	// lift takes the fault away; nil if it stays, and the program is told to do something else.
	lift     func(t *testing.T, p *program)
	remedy   []string // commands
	want     want     // in Go
	wantC    want     // in C
	withoutC bool
}

// A want says how a Load ends.
type want struct {
	errno syscall.Errno // which its error matches
	text  string        // which its error contains; "" for no error
	args  bool          // it is an ErrArgs
	off   bool          // nothing is loaded, and that is no error

	skipped int // directories, although there is no error
}

// meet has a program of each build meet the faults.
func meet(t *testing.T, faults ...fault) {
	needRoot(t)
	for _, f := range faults {
		for _, b := range builds {
			if b.isC() && f.withoutC {
				continue
			}
			t.Run(f.name+" "+b.name, func(t *testing.T) { f.meet(t, b) })
		}
	}
}

func (f fault) meet(t *testing.T, b *build) {
	s := f.start
	s.build = b
	p := s.run(t)
	p.must(t, "rest")
	if f.bring != nil {
		f.bring(t, p)
	}
	before := p.holds(t)
	p.do(t, "load")
	p.expect(t, f)
	report.add(f.name, b, p.said())
	if p.now.Path == "" {
		if p.do(t, "fire").Enabled {
			t.Error("enabled")
		}
		p.mustHold(t, before)
	} else {
		p.mustHaveNote(t)
		p.mustUnload(t)
	}
	if f.lift != nil {
		f.lift(t, p)
	}
	for _, command := range f.remedy {
		p.must(t, "%s", command)
	}
	p.mustLoad(t)
	p.mustCount(t)
	p.mustUnload(t)
}

// expect checks what Load said.
func (p *program) expect(t *testing.T, f fault) {
	t.Helper()
	w, a := f.want, p.now
	if p.build.isC() {
		w = f.wantC
	}
	if w.text == "" && (a.Error != "" || a.Path == "" != w.off) {
		t.Errorf("Load: %s, path %q; want off: %t", a.Error, a.Path, w.off)
	}
	if w.text == "" && len(a.Skipped) != w.skipped {
		t.Errorf("Load skipped %q, want %d directories", a.Skipped, w.skipped)
	}
	if w.text != "" && !strings.Contains(a.Error, w.text) || a.ErrArgs != w.args ||
		w.errno != 0 && !slices.Contains(a.Errnos, w.errno) {
		t.Errorf("Load: %s, which matches %d, ErrArgs: %t; want %+v", a.Error, a.Errnos, a.ErrArgs, w)
	}
}
