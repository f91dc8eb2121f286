package sdtnote_test

import (
	"debug/elf"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// FuzzParseArgs holds ParseArgs to its promises for any string: no panic, a bounded number of arguments,
// fields in their ranges, and a meaning that survives being written out from the fields. Run it with
//
//	go test -fuzz=FuzzParseArgs -fuzztime=60s ./internal/sdtnote
func FuzzParseArgs(f *testing.F) {
	for _, args := range []string{
		"-4@-20(%rbp) 8@sym+24(%rip) -1@$-5 1@%ah 2@pub(,%rdx,4) 8@0x10(%rax,%rbx) %r8w",
		"-4@-4+16+sym(%rip) 8f@%xmm0 -4@%fs:tls@tpoff 8@$0xffffffffffffffff 8@16(%rip)",
	} {
		f.Add(uint16(elf.EM_X86_64), args)
	}
	f.Add(uint16(elf.EM_AARCH64), "8@x0 4@w0 -4@#5 [sp, 12] [x0] [x1,#8] [x1, x2] [x1, x2, lsl 3] 8@[x0, :lo12:s] wzr")
	f.Add(uint16(elf.EM_386), "4@%eax")

	f.Fuzz(func(t *testing.T, machine uint16, text string) {
		n := sdtnote.Note{Machine: elf.Machine(machine), Args: text}
		args := n.ParseArgs()
		if len(args) > 65 {
			t.Errorf("%d arguments", len(args))
		}
		for _, a := range args {
			checkArg(t, n, a)
		}
	})
}

func checkArg(t *testing.T, n sdtnote.Note, a sdtnote.Arg) {
	t.Helper()
	if (a.Err != nil) != (a.Kind == sdtnote.ArgInvalid) {
		t.Fatalf("kind %v with error %v", a.Kind, a.Err)
	}
	if a.Err != nil {
		if a != (sdtnote.Arg{Text: a.Text, Err: a.Err}) {
			t.Errorf("an invalid argument has other fields: %+v", a)
		}
		return
	}
	if !strings.Contains(n.Args, a.Text) {
		t.Errorf("text %q is not in %q", a.Text, n.Args)
	}
	n.Args = render(n.Machine, a)
	again := n.ParseArgs()
	if len(again) != 1 {
		t.Fatalf("%q, written %q, is %d arguments", a.Text, n.Args, len(again))
	}
	again[0].Text = a.Text
	if diff := cmp.Diff(a, again[0], cmp.Comparer(func(a, b error) bool { return (a == nil) == (b == nil) })); diff != "" {
		t.Errorf("%q, written %q (-first +again):\n%s", a.Text, n.Args, diff)
	}
}

// render writes a in one way of several. Fields that are out of range give what is no argument.
func render(machine elf.Machine, a sdtnote.Arg) string {
	size := fmt.Sprintf("%d@", a.Size)
	if a.Signed {
		size = "-" + size
	}
	if machine == elf.EM_AARCH64 {
		return size + renderARM64(a)
	}
	return size + renderX86(a)
}

func renderARM64(a sdtnote.Arg) string {
	switch {
	case a.Kind == sdtnote.ArgConstant:
		return fmt.Sprintf("#%d", a.Value)
	case a.Kind == sdtnote.ArgRegister && a.Reg.Bits == 32:
		return map[bool]string{false: "w" + a.Reg.Name[1:], true: "wsp"}[a.Reg.Name == "sp"]
	case a.Kind == sdtnote.ArgRegister:
		return a.Reg.Name
	case a.Index.Name != "":
		shift := map[int]int{1: 0, 2: 1, 4: 2, 8: 3}
		return fmt.Sprintf("[%s, %s, lsl %d]", a.Base.Name, a.Index.Name, shift[a.Scale])
	}
	return fmt.Sprintf("[%s, %d]", a.Base.Name, a.Disp)
}

func renderX86(a sdtnote.Arg) string {
	switch a.Kind {
	case sdtnote.ArgConstant:
		return fmt.Sprintf("$%d", a.Value)
	case sdtnote.ArgRegister:
		return "%" + x86Name(a.Reg)
	}
	text := fmt.Sprint(a.Disp)
	if a.Symbol != "" {
		text = fmt.Sprintf("%s%+d", a.Symbol, a.Disp)
	}
	switch {
	case a.Index.Name != "" && a.Base.Name != "":
		text += fmt.Sprintf("(%%%s,%%%s,%d)", a.Base.Name, a.Index.Name, a.Scale)
	case a.Index.Name != "":
		text += fmt.Sprintf("(,%%%s,%d)", a.Index.Name, a.Scale)
	case a.Base.Name != "":
		text += fmt.Sprintf("(%%%s)", a.Base.Name)
	}
	return text
}

// x86Name returns the name of the part of a register that Intel's manuals give it.
func x86Name(r sdtnote.Register) string {
	short := r.Name[1:]
	switch {
	case r.Bits == 64:
		return r.Name
	case short[0] <= '9':
		return r.Name + map[int]string{8: "b", 16: "w", 32: "d"}[r.Bits]
	case r.Bits == 32:
		return "e" + short
	case r.Bits == 16:
		return short
	case r.High:
		return short[:1] + "h"
	case strings.HasSuffix(short, "x"):
		return short[:1] + "l"
	}
	return short + "l"
}
