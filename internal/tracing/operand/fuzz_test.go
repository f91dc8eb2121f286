package operand_test

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// FuzzParseArgs holds Parse to its promises for any string: no panic, a bounded number of
// arguments, fields in their ranges, and fields that can be written out and parsed again. Run it
// with
//
//	go test -fuzz=FuzzParseArgs -fuzztime=60s ./internal/tracing/operand
func FuzzParseArgs(f *testing.F) {
	for _, args := range []string{
		"-4@-20(%rbp) 8@sym+24(%rip) -1@$-5 1@%ah 2@pub(,%rdx,4) 8@0x10(%rax,%rbx) %r8w",
		"-4@-4+16+sym(%rip) 8f@%xmm0 -4@%fs:tls@tpoff 8@$0xffffffffffffffff 8@16(%rip)",
	} {
		f.Add(uint16(elf.EM_X86_64), args)
	}
	f.Add(uint16(elf.EM_AARCH64), "8@x0 4@w0 -4@#5 [sp, 12] [x0] [x1,#8] [x1, x2] "+
		"[x1, x2, lsl 3] 8@[x0, :lo12:s] wzr")
	f.Add(uint16(elf.EM_386), "-4@%eax 8@%esi 1@%dh -4@12+one@GOTOFF(%eax,%ebp,4) 8f@-8(%ebp) "+
		"-4@-0x10(%esp,%eax,4) -4@private+20 -4@%gs:local@ntpoff 12@20(%ebp) $7")
	f.Add(uint16(elf.EM_NONE), "4@%eax")

	f.Fuzz(func(t *testing.T, machine uint16, text string) {
		n := sdtnote.Note{Machine: elf.Machine(machine), Args: text}
		args := operand.Parse(n)
		if len(args) > 65 {
			t.Errorf("%d arguments", len(args))
		}
		for _, a := range args {
			checkArg(t, n, a)
		}
	})
}

func checkArg(t *testing.T, n sdtnote.Note, a operand.Arg) {
	t.Helper()
	if (a.Err != nil) != (a.Kind == operand.Invalid) {
		t.Fatalf("kind %v with error %v", a.Kind, a.Err)
	}
	if a.Err != nil {
		if a != (operand.Arg{Text: a.Text, Err: a.Err}) {
			t.Errorf("an invalid argument has other fields: %+v", a)
		}
		return
	}
	if !strings.Contains(n.Args, a.Text) {
		t.Errorf("text %q is not in %q", a.Text, n.Args)
	}
	n.Args = render(n.Machine, a)
	again := operand.Parse(n)
	if len(again) != 1 {
		t.Fatalf("%q, written %q, is %d arguments", a.Text, n.Args, len(again))
	}
	again[0].Text = a.Text
	bothFail := cmp.Comparer(func(a, b error) bool { return (a == nil) == (b == nil) })
	if diff := cmp.Diff(a, again[0], bothFail); diff != "" {
		t.Errorf("%q, written %q (-first +again):\n%s", a.Text, n.Args, diff)
	}
}

// render writes a in one of several ways. Fields that are out of range give text that is no
// argument.
func render(machine elf.Machine, a operand.Arg) string {
	size := fmt.Sprintf("%d@", a.Size)
	if a.Float {
		size = fmt.Sprintf("%df@", a.Size)
	}
	if a.Signed {
		size = "-" + size
	}
	if machine == elf.EM_AARCH64 {
		return size + renderARM64(a)
	}
	return size + renderX86(a)
}

func renderARM64(a operand.Arg) string {
	switch {
	case a.Kind == operand.Constant:
		return fmt.Sprintf("#%d", a.Value)
	case a.Kind == operand.InRegister && a.Reg == operand.Register{Name: "sp", Bits: 32}:
		return "wsp"
	case a.Kind == operand.InRegister && a.Reg.Bits == 32:
		return "w" + a.Reg.Name[1:]
	case a.Kind == operand.InRegister:
		return a.Reg.Name
	case a.Index.Name != "":
		shift := bits.TrailingZeros(uint(a.Scale))
		return fmt.Sprintf("[%s, %s, lsl %d]", a.Base.Name, a.Index.Name, shift)
	}
	return fmt.Sprintf("[%s, %d]", a.Base.Name, a.Disp)
}

func renderX86(a operand.Arg) string {
	switch a.Kind {
	case operand.Constant:
		return fmt.Sprintf("$%d", a.Value)
	case operand.InRegister:
		return "%" + x86Name(a.Reg)
	}
	segment, text := "", fmt.Sprint(a.Disp)
	if a.InThread {
		segment = "%fs:"
	}
	if a.Symbol != "" {
		text = fmt.Sprintf("%s%s%+d", a.Symbol, relocation(a), a.Disp)
	}
	text = segment + text
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

func relocation(a operand.Arg) string {
	switch {
	case a.InThread:
		return "@tpoff"
	case a.FromGOT:
		return "@GOTOFF"
	}
	return ""
}

// x86Name returns the name of the part of a register that Intel's manuals give it.
func x86Name(r operand.Register) string {
	short := r.Name[1:]
	switch {
	case r.Bits == 64 || r.Name[0] == 'e' && r.Bits == 32:
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
