package operand_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// reg64 returns the whole register called name.
func reg64(name string) operand.Register { return operand.Register{Name: name, Bits: 64} }

func TestParseX86(t *testing.T) {
	reg := func(size int, signed bool, r operand.Register) operand.Arg {
		return operand.Arg{Size: size, Signed: signed, Kind: operand.InRegister, Reg: r}
	}
	constant := func(size int, signed bool, v int64) operand.Arg {
		return operand.Arg{Size: size, Signed: signed, Kind: operand.Constant, Value: v}
	}
	memory := func(a operand.Arg) operand.Arg {
		a.Kind = operand.InMemory
		if a.Size == 0 {
			a.Size, a.Signed = 4, true
		}
		return a
	}
	rbp, rsp, rdx := reg64("rbp"), reg64("rsp"), reg64("rdx")

	checkArgs(t, elf.EM_X86_64, map[string]operand.Arg{
		// As gcc and clang write them.
		"8@%rdi":            reg(8, false, reg64("rdi")),
		"-8@%r15":           reg(8, true, reg64("r15")),
		"-4@%rsi":           reg(4, true, reg64("rsi")),
		"4@%r11d":           reg(4, false, operand.Register{Name: "r11", Bits: 32}),
		"-4@%eax":           reg(4, true, operand.Register{Name: "rax", Bits: 32}),
		"2@%r9w":            reg(2, false, operand.Register{Name: "r9", Bits: 16}),
		"-2@%ax":            reg(2, true, operand.Register{Name: "rax", Bits: 16}),
		"-2@%di":            reg(2, true, operand.Register{Name: "rdi", Bits: 16}),
		"1@%r8b":            reg(1, false, operand.Register{Name: "r8", Bits: 8}),
		"-1@%dl":            reg(1, true, operand.Register{Name: "rdx", Bits: 8}),
		"1@%sil":            reg(1, false, operand.Register{Name: "rsi", Bits: 8}),
		"1@%spl":            reg(1, false, operand.Register{Name: "rsp", Bits: 8}),
		"1@%ah":             reg(1, false, operand.Register{Name: "rax", Bits: 8, High: true}),
		"-4@$5":             constant(4, true, 5),
		"-4@$-5":            constant(4, true, -5),
		"8@$-1":             constant(8, false, -1), // that is, 1<<64 - 1
		"-8@$1234567890123": constant(8, true, 1234567890123),
		"-4@-20(%rbp)":      memory(operand.Arg{Base: rbp, Disp: -20}),
		"8@0(%rbp)":         memory(operand.Arg{Size: 8, Base: rbp}),
		"-4@(%rbx)":         memory(operand.Arg{Base: reg64("rbx")}),
		"-1@6(%rbp,%rdx)": memory(operand.Arg{
			Size: 1, Signed: true, Base: rbp, Index: rdx, Scale: 1, Disp: 6}),
		"-4@-56(%rsp,%rdx,4)": memory(operand.Arg{
			Base: rsp, Index: rdx, Scale: 4, Disp: -56}),
		"-4@environ(%rip)":          memory(operand.Arg{Symbol: "environ"}),
		"8@.LC0(%rip)":              memory(operand.Arg{Size: 8, Symbol: ".LC0"}),
		"-2@52+gs(%rip)":            memory(operand.Arg{Size: 2, Signed: true, Symbol: "gs", Disp: 52}),
		"-2@gs+52(%rip)":            memory(operand.Arg{Size: 2, Signed: true, Symbol: "gs", Disp: 52}),
		"-4@mp_-8(%rip)":            memory(operand.Arg{Symbol: "mp_", Disp: -8}),
		"-4@4+16+sym(%rip)":         memory(operand.Arg{Symbol: "sym", Disp: 20}),
		"-4@-4+sym+24(%rip)":        memory(operand.Arg{Symbol: "sym", Disp: 20}),
		"-4@pub(,%rdx,4)":           memory(operand.Arg{Symbol: "pub", Index: rdx, Scale: 4}),
		"-4@gs(%rax)":               memory(operand.Arg{Symbol: "gs", Base: reg64("rax")}),
		"-4@count.3(%rip)":          memory(operand.Arg{Symbol: "count.3"}),
		"-4@zähler(%rip)":           memory(operand.Arg{Symbol: "zähler"}),
		"-4@%fs:tls@tpoff":          memory(operand.Arg{Symbol: "tls", InThread: true}),
		"-4@%fs:0xfffffffffffffffc": memory(operand.Arg{Disp: -4, InThread: true}),
		"-4@%fs:8+tls@tpoff(,%rdx,4)": memory(operand.Arg{
			Symbol: "tls", Index: rdx, Scale: 4, Disp: 8, InThread: true}),
		"-4@%fs:tls@TPOFF+4": memory(operand.Arg{Symbol: "tls", Disp: 4, InThread: true}),
		"-4@%fs:(%rdx)":      memory(operand.Arg{Base: rdx, InThread: true}),
		"8f@%rax":            {Size: 8, Float: true, Kind: operand.InRegister, Reg: reg64("rax")},
		"4f@-8(%rbp)":        {Size: 4, Float: true, Kind: operand.InMemory, Base: rbp, Disp: -8},
		"-8f@$1":             {Size: 8, Float: true, Kind: operand.Constant, Value: 1},

		// As an assembler has them, too.
		"%rdi": reg(8, false, reg64("rdi")),
		"%cx":  reg(2, false, operand.Register{Name: "rcx", Bits: 16}),
		"%bh": reg(1, false,
			operand.Register{Name: "rbx", Bits: 8, High: true}),
		"$5":                      constant(8, false, 5),
		"-8(%rbp)":                memory(operand.Arg{Size: 8, Base: rbp, Disp: -8}),
		"8@%edi":                  reg(8, false, operand.Register{Name: "rdi", Bits: 32}),
		"4@$0x10":                 constant(4, false, 16),
		"4@$0XfF":                 constant(4, false, 255),
		"4@$-0x10":                constant(4, false, 1<<32-16),
		"4@$010":                  constant(4, false, 8),
		"4@$0b101":                constant(4, false, 5),
		"4@$0":                    constant(4, false, 0),
		"4@$+7":                   constant(4, false, 7),
		"8@$9223372036854775808":  constant(8, false, math.MinInt64),
		"8@$0xffffffffffffffff":   constant(8, false, -1),
		"4@$1+2-5":                constant(4, false, 1<<32-2),
		"-1@$255":                 constant(1, true, -1),
		"1@$-1":                   constant(1, false, 255),
		"2@$65537":                constant(2, false, 1),
		"8@$-9223372036854775808": constant(8, false, math.MinInt64),
		"-4@sym":                  memory(operand.Arg{Symbol: "sym"}),
		"-4@0x1000":               memory(operand.Arg{Disp: 0x1000}),
		"-4@16(%rip)":             memory(operand.Arg{Base: reg64("rip"), Disp: 16}),
		"-4@8(%rsp, %rdx, 2)":     memory(operand.Arg{Base: rsp, Index: rdx, Scale: 2, Disp: 8}),
	})

	checkInvalid(t, elf.EM_X86_64, map[string]string{
		"8f@%xmm0":                "no floating-point registers",
		"8f@%ymm15":               "no floating-point registers",
		"8f@%st(1)":               "no floating-point registers",
		"8@%mm0":                  "no floating-point registers",
		"2f@%eax":                 "a floating-point number of 2 bytes",
		"16f@(%rsp)":              "a floating-point number of 16 bytes",
		"8@%":                     "no general-purpose register",
		"8@%Rax":                  "no general-purpose register",
		"8@%eip":                  "no general-purpose register",
		"-4@%gs:16":               "in the segment %gs",
		"-4@%fs:tls":              "not said by tls@tpoff",
		"-4@%fs:tls@dtpoff":       "only the linker knows what tls@dtpoff is",
		"-4@tls@tpoff(%rax)":      "only the linker knows what tls@tpoff is",
		"-4@%fs:":                 "address missing",
		"-4@%fs:(%rip)":           "rip and a segment",
		"3@%rax":                  "3 bytes, as a structure can have",
		"24@8(%rsp)":              "24 bytes, as a structure can have",
		"-0@%rax":                 "0 bytes",
		"2@%ah":                   "has only 1 byte",
		"8@":                      "operand missing",
		"@%rax":                   "number or symbol missing",
		"8@$":                     "number missing",
		"8@$sym":                  "the address of a symbol, sym; only what is there is read",
		"8@$12+pub":               "the address of a symbol, pub;",
		"8@$18446744073709551616": "does not fit 64 bits",
		"8@$1+":                   "number or symbol missing",
		"8@$--1":                  "number or symbol missing",
		"8@$08":                   `"08" is no number`,
		"8@$0x":                   `"0x" is no number`,
		"8@$1_000":                `"1_000" is no number`,
		"8@$0o7":                  `"0o7" is no number`,
		"8@a+b(%rip)":             "more than the sum of a symbol and a number",
		"8@8-sym(%rip)":           "more than the sum of a symbol and a number",
		"8@2*4(%rbp)":             `unexpected "*4"`,
		"8@sym@GOTPCREL(%rip)":    "only the linker knows what sym@GOTPCREL is",
		"8@(%rax":                 "closing parenthesis missing",
		"8@(%rax)x":               "closing parenthesis missing",
		"8@()":                    "base register missing",
		"8@(%eax)":                "at an address of 32 bits in a program of 64",
		"8@(rax)":                 "no general-purpose register",
		"8@(%rax,%rbx,3)":         `scale "3", want`,
		"8@(%rax,%rbx,)":          `scale "", want`,
		"8@(%rax,%rbx,8,1)":       "more than base, index and scale",
		"8@(%rax,,8)":             "no general-purpose register",
		"8@(%rax,%rsp)":           "rsp cannot be an index",
		"8@sym(%rip,%rax)":        "rip and an index",
		"[x0]":                    `number or symbol missing`,
	})
}

func TestParseI386(t *testing.T) {
	reg32 := func(name string) operand.Register { return operand.Register{Name: name, Bits: 32} }
	eax, ebp, edx, esp := reg32("eax"), reg32("ebp"), reg32("edx"), reg32("esp")
	al := operand.Register{Name: "eax", Bits: 8}
	ah := operand.Register{Name: "eax", Bits: 8, High: true}
	pair := func(lower, upper string) operand.Arg {
		return operand.Arg{
			Size: 8, Kind: operand.InRegister, Reg: reg32(lower), Upper: reg32(upper),
		}
	}
	memory := func(a operand.Arg) operand.Arg {
		a.Kind, a.Size, a.Signed = operand.InMemory, 4, true
		return a
	}
	checkArgs(t, elf.EM_386, map[string]operand.Arg{
		"-4@%eax":  {Size: 4, Signed: true, Kind: operand.InRegister, Reg: eax},
		"-1@%eax":  {Size: 1, Signed: true, Kind: operand.InRegister, Reg: eax},
		"1@%al":    {Size: 1, Kind: operand.InRegister, Reg: al},
		"1@%ah":    {Size: 1, Kind: operand.InRegister, Reg: ah},
		"2@%si":    {Size: 2, Kind: operand.InRegister, Reg: operand.Register{Name: "esi", Bits: 16}},
		"4f@%edx":  {Size: 4, Float: true, Kind: operand.InRegister, Reg: edx},
		"%esp":     {Size: 4, Kind: operand.InRegister, Reg: reg32("esp")},
		"8@%eax":   pair("eax", "edx"),
		"8@%edx":   pair("edx", "ecx"),
		"8@%ecx":   pair("ecx", "ebx"),
		"8@%ebx":   pair("ebx", "esi"),
		"8@%esi":   pair("esi", "edi"),
		"8@%edi":   pair("edi", "ebp"),
		"-4@$-5":   {Size: 4, Signed: true, Kind: operand.Constant, Value: -5},
		"$5":       {Size: 4, Kind: operand.Constant, Value: 5},
		"8@(%eax)": {Size: 8, Kind: operand.InMemory, Base: eax},

		"-4@-8(%ebp)":            memory(operand.Arg{Base: ebp, Disp: -8}),
		"-4@-0x10(%esp,%eax,4)":  memory(operand.Arg{Base: esp, Index: eax, Scale: 4, Disp: -16}),
		"-4@private+20":          memory(operand.Arg{Symbol: "private", Disp: 20}),
		"-4@items+4(%eax)":       memory(operand.Arg{Symbol: "items", Base: eax, Disp: 4}),
		"-4@private(,%edx,4)":    memory(operand.Arg{Symbol: "private", Index: edx, Scale: 4}),
		"-4@12+one@GOTOFF(%eax)": memory(operand.Arg{Symbol: "one", Base: eax, Disp: 12, FromGOT: true}),
		"-4@public@GOTOFF(%eax,%ebp,4)": memory(operand.Arg{
			Symbol: "public", Base: eax, Index: ebp, Scale: 4, FromGOT: true}),
	})
	checkInvalid(t, elf.EM_386, map[string]string{
		"8@%ebp":                 "8 bytes do not fit ebp",
		"8@%ax":                  "8 bytes do not fit eax",
		"4@%rax":                 `"%rax" is no general-purpose register of 32 bits`,
		"4@%r8d":                 "no general-purpose register",
		"1@%sil":                 "no general-purpose register",
		"4@(%bx)":                "at an address of 16 bits in a program of 32",
		"4@(%rip)":               "no general-purpose register",
		"4@(%eax,%esp)":          "esp cannot be an index",
		"-4@%gs:local@ntpoff":    "thread-local variable of a program of 32 bits",
		"4@counter@GOT(%ebx)":    "only the linker knows what counter@GOT is",
		"12@20(%ebp)":            "12 bytes, as a structure can have",
		"8f@%xmm0":               "no floating-point registers",
		"8f@%st":                 "no floating-point registers",
		"4@counter@GOTOFF(%ebx,": "closing parenthesis missing",
	})
}

// An argument at a symbol that the file lacks is invalid, and says so.
func TestResolve(t *testing.T) {
	symbols := map[string]uint64{"counter": 8, operand.GOT: 16}
	for _, tt := range []struct {
		machine   elf.Machine
		arg, want string
	}{
		{elf.EM_X86_64, "4@counter(%rip)", ""},
		{elf.EM_X86_64, "4@%eax", ""},
		{elf.EM_X86_64, "4@gone(%rip)", "the file has no symbol gone,"},
		{elf.EM_X86_64, "8@%xmm0", "no floating-point registers"},
		{elf.EM_X86_64, "8f@.LC0(%rip)", "only the compiler knows where its constant .LC0 is"},
		{elf.EM_386, "4@counter@GOTOFF(%ebx)", ""},
		{elf.EM_386, "4@gone@GOTOFF(%ebx)", "the file has no symbol gone,"},
	} {
		a := operand.Resolve(sdtnote.Note{Machine: tt.machine, Args: tt.arg}, symbols)[0]
		switch {
		case a.Text != tt.arg || (a.Kind == operand.Invalid) != (tt.want != ""):
			t.Errorf("%s: %+v", tt.arg, a)
		case tt.want != "" && !strings.Contains(a.Err.Error(), tt.want):
			t.Errorf("%s: %v, want %s", tt.arg, a.Err, tt.want)
		}
	}
	n := sdtnote.Note{Machine: elf.EM_386, Args: "4@counter@GOTOFF(%ebx)"}
	a := operand.Resolve(n, map[string]uint64{"counter": 8})[0]
	if a.Kind != operand.Invalid || !strings.Contains(a.Err.Error(), operand.GOT) {
		t.Errorf("without the address of the table: %+v", a)
	}
}

func TestParseARM64(t *testing.T) {
	sp, x1, x2 := reg64("sp"), reg64("x1"), reg64("x2")
	word := func(name string) operand.Register { return operand.Register{Name: name, Bits: 32} }

	checkArgs(t, elf.EM_AARCH64, map[string]operand.Arg{
		"8@x0":              {Size: 8, Kind: operand.InRegister, Reg: reg64("x0")},
		"-4@x30":            {Size: 4, Signed: true, Kind: operand.InRegister, Reg: reg64("x30")},
		"4@w0":              {Size: 4, Kind: operand.InRegister, Reg: word("x0")},
		"w7":                {Size: 4, Kind: operand.InRegister, Reg: word("x7")},
		"8@sp":              {Size: 8, Kind: operand.InRegister, Reg: sp},
		"8@lr":              {Size: 8, Kind: operand.InRegister, Reg: reg64("x30")},
		"8@fp":              {Size: 8, Kind: operand.InRegister, Reg: reg64("x29")},
		"8@xzr":             {Size: 8, Kind: operand.Constant},
		"wzr":               {Size: 4, Kind: operand.Constant},
		"-4@5":              {Size: 4, Signed: true, Kind: operand.Constant, Value: 5},
		"-4@-5":             {Size: 4, Signed: true, Kind: operand.Constant, Value: -5},
		"-4@#5":             {Size: 4, Signed: true, Kind: operand.Constant, Value: 5},
		"8@0x10":            {Size: 8, Kind: operand.Constant, Value: 16},
		"8@[sp]":            {Size: 8, Kind: operand.InMemory, Base: sp},
		"-4@[sp, 12]":       {Size: 4, Signed: true, Kind: operand.InMemory, Base: sp, Disp: 12},
		"-4@[sp, -12]":      {Size: 4, Signed: true, Kind: operand.InMemory, Base: sp, Disp: -12},
		"8@[x1,#8]":         {Size: 8, Kind: operand.InMemory, Base: x1, Disp: 8},
		"8@[x1, x2]":        {Size: 8, Kind: operand.InMemory, Base: x1, Index: x2, Scale: 1},
		"8@[x1, x2, lsl 3]": {Size: 8, Kind: operand.InMemory, Base: x1, Index: x2, Scale: 8},
		"8@[x1,x2,lsl #2]":  {Size: 8, Kind: operand.InMemory, Base: x1, Index: x2, Scale: 4},
		"[x2]":              {Size: 8, Kind: operand.InMemory, Base: x2},
		"8f@x0":             {Size: 8, Float: true, Kind: operand.InRegister, Reg: reg64("x0")},
		"4f@[sp, 12]":       {Size: 4, Float: true, Kind: operand.InMemory, Base: sp, Disp: 12},
	})

	checkInvalid(t, elf.EM_AARCH64, map[string]string{
		"8f@[x2, #:lo12:.LANCHOR2]": "only the linker knows what :lo12:.LANCHOR2 is",
		"8@[x0, :lo12:sym]":         "only the linker knows what :lo12:sym is",
		"8f@d0":                     "no floating-point registers",
		"4f@s31":                    "no floating-point registers",
		"8@v0":                      "no floating-point registers",
		"-4@[x13, w12, sxtw 2]":     `"w12" is no 64-bit register`,
		"8@[x13, x12, sxtx 2]":      "want lsl 0 to 3",
		"8@[x13, x12, lsl 4]":       "want lsl 0 to 3",
		"8@[x13, x12, lsl]":         "want lsl 0 to 3",
		"8@[x13, sp]":               "sp cannot be an index",
		"8@[w13]":                   "no 64-bit register",
		"8@[xzr]":                   "no 64-bit register",
		"8@[]":                      "no 64-bit register",
		"8@[x1, ]":                  "displacement missing",
		"8@[x1, #]":                 "displacement missing",
		"8@[x1, sym]":               "is no number",
		"8@[x1, x2, lsl 1, 2]":      "more than base, index and shift",
		"8@[x1":                     "no bracket at the end",
		"8@[x1, 8]!":                "no bracket at the end",
		"8@x31":                     "the address of a symbol, x31;",
		"8@pub+12":                  "the address of a symbol, pub;",
		"8@":                        "operand missing",
		"8@#":                       "number missing",
		"8@%rdi":                    "number or symbol missing",
		"7@x0":                      "7 bytes, as a structure can have",
	})
}

func TestParseOtherMachines(t *testing.T) {
	const riscv, arm = 243, 40
	for machine, name := range map[elf.Machine]string{riscv: "EM_243", arm: "32-bit ARM"} {
		reason := "in a program for " + name
		checkInvalid(t, machine, map[string]string{"4@%eax": reason, "4@r0": reason})
	}
}

// Arguments are separated by spaces, but not by those within brackets. One that is wrong does not
// affect the others.
func TestParseSeveral(t *testing.T) {
	for _, tt := range []struct {
		machine elf.Machine
		args    string
		want    []string
	}{
		{elf.EM_X86_64, "", nil},
		{elf.EM_X86_64, "  ", nil},
		{elf.EM_X86_64, "8@%rdi", []string{"register 8@%rdi"}},
		{elf.EM_X86_64, " 8@%rdi  -4@$5 ", []string{"register 8@%rdi", "constant -4@$5"}},
		{elf.EM_X86_64, "8f@%xmm0 -4@-8(%rbp)", []string{"invalid 8f@%xmm0", "memory -4@-8(%rbp)"}},
		{elf.EM_X86_64, "8@(%rax, %rbx) %rax", []string{"memory 8@(%rax, %rbx)", "register %rax"}},
		{elf.EM_X86_64, "8@(%rax 8@%rdi", []string{"invalid 8@(%rax 8@%rdi"}},
		{elf.EM_AARCH64, "-4@[sp, 28] 4@[x1, x2, lsl 3] 8@x0", []string{
			"memory -4@[sp, 28]", "memory 4@[x1, x2, lsl 3]", "register 8@x0"}},
	} {
		var got []string
		for _, a := range operand.Parse(sdtnote.Note{Machine: tt.machine, Args: tt.args}) {
			got = append(got, fmt.Sprintf("%v %s", a.Kind, a.Text))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v %q (-want +got):\n%s", tt.machine, tt.args, diff)
		}
	}
}

func TestParseTooMany(t *testing.T) {
	const limit = 64
	n := sdtnote.Note{Machine: elf.EM_X86_64, Args: strings.Repeat("8@%rdi ", limit)}
	if got := len(operand.Parse(n)); got != limit {
		t.Errorf("%d arguments, want %d", got, limit)
	}
	n.Args += n.Args
	args := operand.Parse(n)
	if last := args[len(args)-1]; len(args) != limit+1 || last.Err == nil {
		t.Errorf("of twice as many: %d arguments, the last is %+v, want %d and an error",
			len(args), last, limit+1)
	}
}

// checkArgs parses each text alone. The texts are left out of the wanted arguments.
func checkArgs(t *testing.T, machine elf.Machine, want map[string]operand.Arg) {
	t.Helper()
	for text, arg := range want {
		arg.Text = text
		got := operand.Parse(sdtnote.Note{Machine: machine, Args: text})
		if diff := cmp.Diff([]operand.Arg{arg}, got, cmpopts.EquateErrors()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// checkInvalid parses each text alone, which must be invalid for the wanted reason.
func checkInvalid(t *testing.T, machine elf.Machine, want map[string]string) {
	t.Helper()
	for text, reason := range want {
		got := operand.Parse(sdtnote.Note{Machine: machine, Args: text})
		if len(got) != 1 || got[0].Kind != operand.Invalid || got[0].Err == nil {
			t.Errorf("%q: got %+v, want one invalid argument", text, got)
			continue
		}
		msg := got[0].Err.Error()
		if !strings.Contains(msg, reason) {
			t.Errorf("%q: got %q, want it to contain %q", text, msg, reason)
		}
	}
}
