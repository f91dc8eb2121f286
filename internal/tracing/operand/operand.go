// Package operand decodes the argument string of a stapsdt note: how large each argument of a probe
// is, and where it is when the probe's site is reached.
package operand

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// A Kind says where an argument is when the site is reached.
type Kind int

const (
	Invalid    Kind = iota // it cannot be read, at no hit: Arg.Err says why
	Constant               // it is Arg.Value
	InRegister             // it is the low bytes of Arg.Reg
	InMemory               // it is at the address that Arg.Symbol, Base, Index, Scale and Disp make
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

	// The value has Size bytes: 1, 2, 4 or 8. Size counts where the register's name has another
	// width. Where the note has no size, it is that of the register, or 8, and the value is not
	// signed.
	Size   int
	Signed bool
	Float  bool // the value is the bits of a floating-point number of 4 or 8 bytes

	Kind Kind

	// Value is the constant, reduced to Size bytes and extended to 64 bits as Signed says.
	Value int64

	// Upper is the register of the upper half of 8 bytes in a program with registers of 4 bytes.
	Reg, Upper Register

	// An argument in memory is at Symbol + Base + Index*Scale + Disp. Parts that are absent count
	// 0. Symbol stands for its run-time address: see sdtnote.SymbolAddresses. The base rip, which
	// never comes with a Symbol, stands for the address of the site. In a program of 32 bits, an
	// address is what the sum is in 32 bits.
	Symbol      string
	Base, Index Register
	Scale       int // 1, 2, 4 or 8 with Index
	Disp        int64
	FromGOT     bool // the address of GOT is to be subtracted, which a register has
	InThread    bool // the address counts from the thread pointer, and so does that of Symbol

	// Err is the obstacle that makes the kind Invalid: a clause for people, such as "the file has no
	// symbol count".
	Err error
}

// GOT is the symbol of the global offset table.
const GOT = "_GLOBAL_OFFSET_TABLE_"

// Symbols returns the symbols whose addresses the address of the argument takes.
func (a Arg) Symbols() []string {
	switch {
	case a.Symbol == "":
		return nil
	case a.FromGOT:
		return []string{a.Symbol, GOT}
	}
	return []string{a.Symbol}
}

// A Register is a general-purpose register or a part of one. The zero value is no register.
type Register struct {
	Name string // of the whole: rax to r15, rip; eax to edi in 32 bits; x0 to x30, sp
	Bits int    // the width that the note names: 8, 16, 32 or 64
	High bool   // bits 8 to 15: ah, bh, ch, dh
}

// maxParsed bounds what a hostile note can make Parse return. sys/sdt.h has up to 12 arguments.
const maxParsed = 64

// Parse decodes the argument string of the note for its machine. It knows what gcc and clang write
// for x86 with 64 and 32 bits, and for arm64. The arguments of other machines are all invalid. An
// argument that cannot be read does not affect the others.
func Parse(n sdtnote.Note) []Arg {
	setLocation := locationParser(n.Machine)
	var args []Arg
	for text, rest := cutArg(n.Args); text != ""; text, rest = cutArg(rest) {
		if len(args) == maxParsed {
			err := fmt.Errorf("more than %d arguments", maxParsed)
			return append(args, Arg{Text: "…", Err: err})
		}
		args = append(args, parseArg(text, setLocation))
	}
	return args
}

// cutArg returns the first argument of s and what follows it. Arguments are separated by spaces,
// but not by those within brackets.
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

// A locationFunc decodes what follows the size of an argument, and sets Kind and its fields.
type locationFunc func(a *Arg, location string) error

func locationParser(machine elf.Machine) locationFunc {
	switch machine {
	case elf.EM_X86_64:
		return x86{64, x86Registers}.set
	case elf.EM_386:
		return x86{32, i386Registers}.set
	case elf.EM_AARCH64:
		return (*Arg).setARM64
	}
	return func(*Arg, string) error {
		return fmt.Errorf("it is in a program for %s; those for x86 and for 64-bit ARM are read",
			machineName(machine))
	}
}

func machineName(machine elf.Machine) string {
	const arm = 40 // EM_ARM
	if machine == arm {
		return "32-bit ARM"
	}
	return machine.String()
}

func parseArg(text string, setLocation locationFunc) Arg {
	a := Arg{Text: text}
	if err := a.parse(setLocation); err != nil {
		return Arg{Text: text, Err: err}
	}
	return a
}

func (a *Arg) parse(setLocation locationFunc) error {
	location, err := a.cutSize()
	if err != nil {
		return err
	}
	if err := setLocation(a, location); err != nil {
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

// errFloatRegister is about registers that are not among those that the kernel keeps for a hit.
var errFloatRegister = errors.New("the kernel shows tracers no floating-point registers")

// cutSize decodes what is before the @, if that is a size, and returns the rest.
func (a *Arg) cutSize() (location string, err error) {
	size, location, ok := strings.Cut(a.Text, "@")
	digits := strings.TrimPrefix(size, "-")
	if !ok || digits == "" || digits[0] < '0' || digits[0] > '9' {
		return a.Text, nil // an @ may also belong to the location: sym@GOTPCREL
	}
	a.Signed = digits != size
	digits, a.Float = strings.CutSuffix(digits, "f")
	a.Signed = a.Signed && !a.Float
	switch {
	case digits == "4" || digits == "8":
	case a.Float:
		return "", fmt.Errorf("it is a floating-point number of %s bytes, not 4 or 8", digits)
	case digits != "1" && digits != "2":
		return "", fmt.Errorf("it has %s bytes, as a structure can have, not 1, 2, 4 or 8", digits)
	}
	a.Size, err = strconv.Atoi(digits)
	return location, err
}

// extend reduces v to its low size bytes and extends these to 64 bits.
func extend(v int64, size int, signed bool) int64 {
	shift := 64 - 8*size
	if signed {
		return v << shift >> shift
	}
	return int64(uint64(v) << shift >> shift) // #nosec G115 -- the same bits
}
