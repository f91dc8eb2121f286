package operand

import "fmt"

// x86Registers has every name of a general-purpose register in 64-bit mode.
var x86Registers = makeX86Registers()

func makeX86Registers() map[string]Register {
	m := map[string]Register{"rip": {Name: "rip", Bits: 64}}
	addLegacy(m, "r")
	for _, pointer := range []string{"si", "di", "bp", "sp"} {
		m[pointer+"l"] = Register{Name: "r" + pointer, Bits: 8}
	}
	for _, name := range legacyRegisters {
		m["r"+name] = Register{Name: "r" + name, Bits: 64}
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

// i386Registers has every name of a general-purpose register in 32-bit mode.
var i386Registers = makeI386Registers()

func makeI386Registers() map[string]Register {
	m := make(map[string]Register)
	addLegacy(m, "e")
	return m
}

// legacyRegisters are the names in 16 bits of those that both modes have, in gcc's order.
var legacyRegisters = []string{"ax", "dx", "cx", "bx", "si", "di", "bp", "sp"}

// addLegacy adds the names of 32 bits and less that both modes have. whole is the first letter of
// the name of a whole register.
func addLegacy(m map[string]Register, whole string) {
	for i, name := range legacyRegisters {
		m["e"+name] = Register{Name: whole + name, Bits: 32}
		m[name] = Register{Name: whole + name, Bits: 16}
		if i < 4 {
			m[name[:1]+"l"] = Register{Name: whole + name, Bits: 8}
			m[name[:1]+"h"] = Register{Name: whole + name, Bits: 8, High: true}
		}
	}
}

// i386Upper returns the register with the upper half of 8 bytes whose lower half is in r. gcc names
// only the latter; it takes two neighbors in its order of the registers (gcc/config/i386/i386.h).
// clang keeps 8 bytes in memory.
func i386Upper(r Register) (Register, error) {
	for i, name := range legacyRegisters[:6] {
		if r == i386Registers["e"+name] {
			return i386Registers["e"+legacyRegisters[i+1]], nil
		}
	}
	return Register{}, fmt.Errorf("8 bytes do not fit %s", r.Name)
}
