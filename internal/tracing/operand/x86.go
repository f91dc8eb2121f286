package operand

import (
	"errors"
	"fmt"
	"strings"
)

// x86Registers has every name of a general-purpose register in 64-bit mode, without the %.
var x86Registers = makeX86Registers()

func makeX86Registers() map[string]Register {
	m := map[string]Register{"rip": {Name: "rip", Bits: 64}}
	for _, letter := range []string{"a", "b", "c", "d"} {
		name := "r" + letter + "x"
		m[letter+"l"] = Register{Name: name, Bits: 8}
		m[letter+"h"] = Register{Name: name, Bits: 8, High: true}
		m[letter+"x"] = Register{Name: name, Bits: 16}
		m["e"+letter+"x"] = Register{Name: name, Bits: 32}
		m[name] = Register{Name: name, Bits: 64}
	}
	for _, pointer := range []string{"si", "di", "bp", "sp"} {
		name := "r" + pointer
		m[pointer+"l"] = Register{Name: name, Bits: 8}
		m[pointer] = Register{Name: name, Bits: 16}
		m["e"+pointer] = Register{Name: name, Bits: 32}
		m[name] = Register{Name: name, Bits: 64}
	}
	for i := 8; i <= 15; i++ {
		name := fmt.Sprintf("r%d", i)
		m[name+"b"] = Register{Name: name, Bits: 8}
		m[name+"w"] = Register{Name: name, Bits: 16}
		m[name+"d"] = Register{Name: name, Bits: 32}
		m[name] = Register{Name: name, Bits: 64}
	}
	return m
}

// setX86 decodes the location of an argument on x86-64, in AT&T syntax.
func (a *Arg) setX86(s string) error {
	switch {
	case s == "":
		return errors.New("operand missing")
	case s[0] == '$':
		return a.setConstant(s[1:])
	case s[0] == '%':
		return a.setX86Register(s)
	}
	return a.setX86Memory(s)
}

func (a *Arg) setX86Register(s string) (err error) {
	if strings.Contains(s, ":") {
		return errors.New("memory relative to a segment, such as thread-local variables, " +
			"is not supported")
	}
	a.Kind = InRegister
	a.Reg, err = x86Register(s)
	return err
}

func x86Register(s string) (Register, error) {
	name, ok := strings.CutPrefix(s, "%")
	reg, known := x86Registers[name]
	if !ok || !known {
		return Register{}, fmt.Errorf("%q is no general-purpose register", s)
	}
	return reg, nil
}

// setX86Memory decodes disp(base,index,scale). Each part may be missing.
func (a *Arg) setX86Memory(s string) error {
	disp, rest, ok := strings.Cut(s, "(")
	e, err := parseExpr(disp)
	if err != nil {
		return err
	}
	a.Kind, a.Symbol, a.Disp = InMemory, e.symbol, e.number
	if !ok {
		return nil
	}
	inside, ok := strings.CutSuffix(rest, ")")
	if !ok {
		return errors.New("closing parenthesis missing")
	}
	if inside == "" {
		return errors.New("base register missing")
	}
	if err := a.setX86Registers(strings.Split(inside, ",")); err != nil {
		return err
	}
	return a.resolveRIP()
}

// setX86Registers decodes what is between the parentheses.
func (a *Arg) setX86Registers(parts []string) (err error) {
	if len(parts) > 3 {
		return errors.New("more than base, index and scale")
	}
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " ")
	}
	if parts[0] != "" {
		if a.Base, err = x86AddressRegister(parts[0]); err != nil {
			return err
		}
	}
	if len(parts) == 1 {
		return nil
	}
	if a.Index, err = x86AddressRegister(parts[1]); err != nil {
		return err
	}
	if a.Index.Name == "rsp" || a.Index.Name == "rip" {
		return fmt.Errorf("%s cannot be an index", a.Index.Name)
	}
	a.Scale = 1
	if len(parts) == 3 {
		a.Scale, err = x86Scale(parts[2])
	}
	return err
}

func x86AddressRegister(s string) (Register, error) {
	reg, err := x86Register(s)
	if err == nil && reg.Bits != 64 {
		err = fmt.Errorf("an address in %d bits is not supported", reg.Bits)
	}
	return reg, err
}

func x86Scale(s string) (int, error) {
	switch s {
	case "1", "2", "4", "8":
		return int(s[0] - '0'), nil
	}
	return 0, fmt.Errorf("scale %q, want 1, 2, 4 or 8", s)
}

// resolveRIP makes sym(%rip) the address of sym, as the assembler does.
func (a *Arg) resolveRIP() error {
	switch {
	case a.Base.Name != "rip":
	case a.Index != Register{}:
		return errors.New("rip and an index")
	case a.Symbol != "":
		a.Base = Register{}
	}
	return nil
}
