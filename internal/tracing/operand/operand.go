// Package operand decodes the argument string of a stapsdt note: how large each argument of a probe
// is, and where it is when the probe's site is reached. It knows what gcc and clang write for
// x86-64 and arm64.
package operand

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// An Kind says where an argument is when its site is reached.
type Kind int

const (
	Invalid    Kind = iota // cannot be decoded: Arg.Err says why
	Constant               // known beforehand: Arg.Value
	InRegister             // the low bytes of Arg.Reg
	InMemory               // at the address that Arg.Symbol, Base, Index, Scale and Disp make
)

func (k Kind) String() string {
	switch k {
	case Constant:
		return "constant"
	case InRegister:
		return "register"
	case InMemory:
		return "memory"
	}
	return "invalid"
}

// An Arg is one argument of a probe. Fields that its kind does not use are zero.
type Arg struct {
	Text string // as in the note, such as "-4@-20(%rbp)"

	// The value has Size bytes: 1, 2, 4 or 8. It is Size that counts when the register's name has
	// another width. Without a size in the note it is that of the register, or 8, and not signed.
	Size   int
	Signed bool

	Kind Kind

	// Value is the constant, reduced to Size bytes and extended to 64 bits as Signed says.
	Value int64

	Reg Register

	// The argument in memory is at Symbol + Base + Index*Scale + Disp, where what is absent counts
	// 0. Symbol stands for its run-time address, see SymbolAddresses; it may be a compiler's local
	// label, which no symbol table has. Base rip, only without Symbol, stands for the address of
	// the site.
	Symbol      string
	Base, Index Register
	Scale       int // 1, 2, 4 or 8 with Index
	Disp        int64

	Err error // of Invalid
}

// A Register is a general-purpose register, or a part of one. The zero value is none.
type Register struct {
	Name string // of all its 64 bits: rax to r15, rip; x0 to x30, sp
	Bits int    // that the note names: 8, 16, 32 or 64
	High bool   // bits 8 to 15: ah, bh, ch, dh
}

// maxArgs bounds what a hostile note can make Parse return; sys/sdt.h has up to 12 arguments.
const maxArgs = 64

var errFloat = errors.New("floating-point arguments are not supported")

// Parse decodes the argument string of the note for its machine. It knows what gcc and clang write
// for x86-64 and arm64; the arguments of other machines are all invalid. An argument that cannot be
// decoded does not spoil the others.
func Parse(n sdtnote.Note) []Arg {
	setOperand := operandParser(n.Machine)
	var args []Arg
	for text, rest := cutArg(n.Args); text != ""; text, rest = cutArg(rest) {
		if len(args) == maxArgs {
			return append(args, Arg{Text: "…", Err: fmt.Errorf("more than %d arguments", maxArgs)})
		}
		args = append(args, parseArg(text, setOperand))
	}
	return args
}

// cutArg returns the first argument of s and what follows it. Arguments are separated by spaces;
// those within brackets belong to an operand.
func cutArg(s string) (arg, rest string) {
	s = strings.TrimLeft(s, " ")
	inside := false
	for i, c := range []byte(s) {
		switch c {
		case '[', '(':
			inside = true
		case ']', ')':
			inside = false
		case ' ':
			if !inside {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

// An operandFunc decodes what follows the size of an argument into Kind and the fields that belong
// to it.
type operandFunc func(a *Arg, operand string) error

func operandParser(machine elf.Machine) operandFunc {
	switch machine {
	case elf.EM_X86_64:
		return (*Arg).setX86
	case elf.EM_AARCH64:
		return (*Arg).setARM64
	}
	return func(*Arg, string) error {
		return fmt.Errorf("arguments of %v programs are not supported", machine)
	}
}

func parseArg(text string, setOperand operandFunc) Arg {
	a := Arg{Text: text}
	err := a.parse(setOperand)
	if err != nil {
		return Arg{Text: text, Err: fmt.Errorf("argument %q: %w", text, err)}
	}
	return a
}

func (a *Arg) parse(setOperand operandFunc) error {
	operand, err := a.cutSize()
	if err != nil {
		return err
	}
	if err := setOperand(a, operand); err != nil {
		return err
	}
	if a.Size == 0 {
		a.Size = 8
		if a.Kind == InRegister {
			a.Size = a.Reg.Bits / 8
		}
	}
	if a.Kind == Constant {
		a.Value = extend(a.Value, a.Size, a.Signed)
	}
	if a.Reg.High && a.Size != 1 {
		return errors.New("the register has only 1 byte")
	}
	return nil
}

// cutSize decodes what comes before the @, if that is a size, and returns the operand.
func (a *Arg) cutSize() (operand string, err error) {
	size, operand, ok := strings.Cut(a.Text, "@")
	digits := strings.TrimPrefix(size, "-")
	if !ok || digits == "" || digits[0] < '0' || digits[0] > '9' {
		return a.Text, nil // an @ may also be part of an operand, sym@GOTPCREL
	}
	if strings.HasSuffix(digits, "f") {
		return "", errFloat
	}
	a.Signed = digits != size
	switch digits {
	case "1", "2", "4", "8":
		a.Size, err = strconv.Atoi(digits)
		return operand, err
	}
	return "", fmt.Errorf("size %s, want 1, 2, 4 or 8", digits)
}

// extend reduces v to its low size bytes and extends these to 64 bits.
func extend(v int64, size int, signed bool) int64 {
	shift := 64 - 8*size
	if signed {
		return v << shift >> shift
	}
	return int64(uint64(v) << shift >> shift)
}
