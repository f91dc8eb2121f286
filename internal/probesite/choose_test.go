package probesite

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
)

func TestChooseFor(t *testing.T) {
	for _, tt := range []struct {
		machine  elf.Machine
		override string
		want     Form
		wantErr  string // part of the message
	}{
		{elf.EM_X86_64, "", Nop5, ""}, // the kernel decides
		{elf.EM_X86_64, "nop", Nop, ""},
		{elf.EM_X86_64, "nop10", Nop10, ""},
		{elf.EM_X86_64, "nop6", 0, `STAPSDT_SITE: "nop6" is none of nop, nop5, nop10; unset it`},
		{elf.EM_AARCH64, "nop", Nop, ""},
		{elf.EM_AARCH64, "nop5", 0, "STAPSDT_SITE: EM_AARCH64 has no nop5; unset it"},
		{elf.EM_NONE, "", 0, "no probe sites on"},
		{elf.EM_NONE, "nop", 0, "no probe sites on"},
	} {
		asked := false
		got, err := chooseFor(tt.machine, tt.override, func() Form { asked = true; return Nop5 })
		if got != tt.want {
			t.Errorf("%v, %q: %v, want %v", tt.machine, tt.override, got, tt.want)
		}
		if (err == nil) != (tt.wantErr == "") ||
			err != nil && !strings.Contains(err.Error(), tt.wantErr) {
			t.Errorf("%v, %q: error %v, want %q", tt.machine, tt.override, err, tt.wantErr)
		}
		if errors.Is(err, errors.ErrUnsupported) != (tt.machine == elf.EM_NONE) {
			t.Errorf("%v, %q: error %v", tt.machine, tt.override, err)
		}
		if want := tt.override == "" && tt.machine != elf.EM_NONE; asked != want {
			t.Errorf("%v, %q: the kernel was asked %v, want %v", tt.machine, tt.override, asked, want)
		}
	}
}

// TestChoose: the machine has the form that is chosen, and the choice is made once.
func TestChoose(t *testing.T) {
	if Host == elf.EM_NONE {
		if _, err := Choose(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Choose: %v, want errors.ErrUnsupported", err)
		}
		return
	}
	form, err := Choose()
	if err != nil {
		t.Fatal(err)
	}
	if form.Code(Host) == nil {
		t.Errorf("%v has no %v", Host, form)
	}
	t.Setenv(Env, "none")
	if again, err := Choose(); again != form || err != nil {
		t.Errorf("first %v, then %v, %v", form, again, err)
	}
}
