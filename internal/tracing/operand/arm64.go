package operand

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// arm64Registers has every name of a general-purpose register except those of the zero register.
var arm64Registers = makeARM64Registers()

func makeARM64Registers() map[string]Register {
	m := map[string]Register{"sp": {Name: "sp", Bits: 64}, "wsp": {Name: "sp", Bits: 32}}
	for i := range 31 {
		name := fmt.Sprintf("x%d", i)
		m[name] = Register{Name: name, Bits: 64}
		m["w"+name[1:]] = Register{Name: name, Bits: 32}
	}
	m["ip0"], m["ip1"], m["fp"], m["lr"] = m["x16"], m["x17"], m["x29"], m["x30"]
	return m
}

var arm64FloatRegister = regexp.MustCompile(`^[bhsdqv][0-9]+$`)

// setARM64 decodes the location of an argument on arm64.
func (a *Arg) setARM64(s string) error {
	switch reg, isRegister := arm64Registers[s]; {
	case s == "":
		return errors.New("operand missing")
	case s[0] == '[':
		return a.setARM64Memory(s[1:])
	case isRegister:
		a.Kind, a.Reg = InRegister, reg
		return nil
	case s == "xzr":
		return a.setZero(8)
	case s == "wzr":
		return a.setZero(4)
	case arm64FloatRegister.MatchString(s):
		return errFloatRegister
	}
	return a.setConstant(strings.TrimPrefix(s, "#"))
}

// setZero makes the argument the constant 0, which the zero register holds. size is that of the
// register.
func (a *Arg) setZero(size int) error {
	a.Kind = Constant
	if a.Size == 0 {
		a.Size = size
	}
	return nil
}

// setARM64Memory decodes what follows the opening bracket: "base]", "base, #disp]", "base, index]"
// or "base, index, lsl #shift]", each with or without the # and the spaces.
func (a *Arg) setARM64Memory(s string) (err error) {
	inside, ok := strings.CutSuffix(s, "]")
	if !ok {
		return errors.New("no bracket at the end")
	}
	parts := strings.Split(inside, ",")
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " ")
	}
	a.Kind = InMemory
	if a.Base, err = arm64AddressRegister(parts[0]); err != nil {
		return err
	}
	switch len(parts) {
	case 1:
		return nil
	case 2:
		return a.setARM64Offset(parts[1])
	case 3:
		return a.setARM64Index(parts[1], parts[2])
	}
	return errors.New("more than base, index and shift")
}

func arm64AddressRegister(s string) (Register, error) {
	reg, ok := arm64Registers[s]
	if !ok || reg.Bits != 64 {
		return Register{}, fmt.Errorf("%q is no 64-bit register", s)
	}
	return reg, nil
}

// setARM64Offset decodes what follows the base: a number or another register.
func (a *Arg) setARM64Offset(s string) error {
	if _, ok := arm64Registers[s]; ok {
		return a.setARM64Index(s, "lsl 0")
	}
	number := strings.TrimPrefix(s, "#")
	if strings.HasPrefix(number, ":") {
		return fmt.Errorf("only the linker knows what %s is", number)
	}
	if number == "" {
		return errors.New("displacement missing")
	}
	e, err := parseExpr(number)
	if err == nil && e.symbol != "" {
		err = fmt.Errorf("displacement %q is no number", s)
	}
	a.Disp = e.number
	return err
}

func (a *Arg) setARM64Index(index, shift string) (err error) {
	if a.Index, err = arm64AddressRegister(index); err != nil {
		return err
	}
	if a.Index.Name == "sp" {
		return errors.New("sp cannot be an index")
	}
	a.Scale, err = arm64Scale(shift)
	return err
}

// arm64Scale decodes "lsl 3" or "lsl #3".
func arm64Scale(s string) (int, error) {
	number, ok := strings.CutPrefix(s, "lsl ")
	number = strings.TrimPrefix(strings.TrimLeft(number, " "), "#")
	if !ok || len(number) != 1 || number < "0" || number > "3" {
		return 0, fmt.Errorf("%q, want lsl 0 to 3", s)
	}
	return 1 << (number[0] - '0'), nil
}
