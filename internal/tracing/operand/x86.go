package operand

import (
	"errors"
	"fmt"
	"strings"
)

// x86 is the language of operands of programs with addresses of so many bits, in AT&T syntax.
type x86 struct {
	bits      int
	registers map[string]Register // by name, without the %
}

// set decodes the location of an argument.
func (m x86) set(a *Arg, s string) error {
	if m.bits == 32 && a.Size == 0 && !strings.HasPrefix(s, "%") {
		a.Size = 4
	}
	switch {
	case s == "":
		return errors.New("operand missing")
	case s[0] == '$':
		return a.setConstant(s[1:])
	case s[0] != '%':
		return m.setMemory(a, s)
	}
	if segment, address, ok := strings.Cut(s, ":"); ok {
		return m.setThreadMemory(a, segment, address)
	}
	return m.setRegister(a, s)
}

func (m x86) setRegister(a *Arg, s string) (err error) {
	a.Kind = InRegister
	if a.Reg, err = m.register(s); err != nil {
		return err
	}
	if m.bits == 32 && a.Size == 8 {
		a.Upper, err = i386Upper(a.Reg)
	}
	return err
}

func (m x86) register(s string) (Register, error) {
	name, ok := strings.CutPrefix(s, "%")
	if reg, known := m.registers[name]; ok && known {
		return reg, nil
	}
	for _, prefix := range []string{"xmm", "ymm", "zmm", "mm", "st"} {
		if rest, is := strings.CutPrefix(name, prefix); is && strings.Trim(rest, "(0123456789)") == "" {
			return Register{}, errFloatRegister
		}
	}
	return Register{}, fmt.Errorf("%q is no general-purpose register of %d bits", s, m.bits)
}

// setThreadMemory decodes the address of a variable that each thread has for itself: what follows
// %fs: in 64 bits, and %gs: in 32 bits.
func (m x86) setThreadMemory(a *Arg, segment, address string) error {
	switch {
	case m.bits == 32:
		return errors.New("it is in a thread-local variable of a program of 32 bits")
	case segment != "%fs":
		return fmt.Errorf("it is in the segment %s, whose address the kernel does not keep", segment)
	}
	a.InThread = true
	return m.setMemory(a, address)
}

// setMemory decodes disp(base,index,scale). Each part may be missing.
func (m x86) setMemory(a *Arg, s string) error {
	disp, rest, ok := strings.Cut(s, "(")
	if disp == "" && !ok {
		return errors.New("address missing")
	}
	e, err := parseExpr(disp)
	if err != nil {
		return err
	}
	a.Kind, a.Symbol, a.Disp = InMemory, e.symbol, e.number
	if err := m.setRelocation(a, e); err != nil || !ok {
		return err
	}
	inside, ok := strings.CutSuffix(rest, ")")
	if !ok {
		return errors.New("closing parenthesis missing")
	}
	if inside == "" {
		return errors.New("base register missing")
	}
	if err := m.setAddressRegisters(a, strings.Split(inside, ",")); err != nil {
		return err
	}
	return a.resolveRIP()
}

// setRelocation sets what the linker made of the symbol.
func (m x86) setRelocation(a *Arg, e expr) error {
	switch {
	case m.bits == 32 && e.relocation == "GOTOFF":
		a.FromGOT = true
		return nil
	case a.InThread && strings.EqualFold(e.relocation, "tpoff"):
		return nil
	case a.InThread && e.symbol != "" && e.relocation == "":
		return fmt.Errorf("the address of %s in the thread is not said by %s@tpoff",
			e.symbol, e.symbol)
	}
	return e.plain()
}

// setAddressRegisters decodes what is between the parentheses.
func (m x86) setAddressRegisters(a *Arg, parts []string) (err error) {
	if len(parts) > 3 {
		return errors.New("more than base, index and scale")
	}
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " ")
	}
	if parts[0] != "" {
		if a.Base, err = m.addressRegister(parts[0]); err != nil {
			return err
		}
	}
	if len(parts) == 1 {
		return nil
	}
	if a.Index, err = m.addressRegister(parts[1]); err != nil {
		return err
	}
	if name := a.Index.Name; name == "rsp" || name == "esp" || name == "rip" {
		return fmt.Errorf("%s cannot be an index", name)
	}
	a.Scale = 1
	if len(parts) == 3 {
		a.Scale, err = x86Scale(parts[2])
	}
	return err
}

func (m x86) addressRegister(s string) (Register, error) {
	reg, err := m.register(s)
	if err == nil && reg.Bits != m.bits {
		err = fmt.Errorf("it is at an address of %d bits in a program of %d", reg.Bits, m.bits)
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
	case a.InThread:
		return errors.New("rip and a segment")
	case a.Symbol != "":
		a.Base = Register{}
	}
	return nil
}
