// Package forms makes a program that has one probe for each form of operand, and says which values
// a tracer must see. It is for tests.
//
// The program needs no C library. It writes an empty line as soon as it runs. Whenever it reads a
// byte, it fires all its probes and then writes the byte. It ends with its input. Before it fires,
// it sets every register to Pattern of its number, except the registers that memory operands need.
package forms

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Provider is the provider of all the probes.
const Provider = "forms"

// A Probe is a probe of the program. It has one argument.
type Probe struct {
	Name string
	Arg  string // its size and operand, as in the note
	Want uint64 // the value that a tracer must see, extended to 64 bits
}

// Pattern returns the value of a register by its number. Each byte of it differs, and each is
// negative as a signed number.
func Pattern(register int) uint64 {
	const bytes, step = 0x8F8E8D8C8B8A8988, 0x0808080808080808
	return bytes + uint64(register%14)*step
}

// value returns the low size bytes of v, extended to 64 bits.
func value(v uint64, size int, signed bool) uint64 {
	shift := 64 - 8*size
	if signed {
		return uint64(int64(v<<shift) >> shift)
	}
	return v << shift >> shift
}

// A list collects probes and numbers them.
type list []Probe

func (l *list) add(arg string, want uint64) {
	*l = append(*l, Probe{fmt.Sprintf("form%d", len(*l)), arg, want})
}

// sizes adds an operand in all sizes, signed and unsigned. v is its value in 64 bits.
func (l *list) sizes(operand func(size int) string, v uint64) {
	for _, size := range []int{1, 2, 4, 8} {
		l.signs(size, operand(size), v)
	}
}

// signs adds an operand of a size, signed and unsigned.
func (l *list) signs(size int, operand string, v uint64) {
	l.add(fmt.Sprintf("%d@%s", size, operand), value(v, size, false))
	l.add(fmt.Sprintf("-%d@%s", size, operand), value(v, size, true))
}

// same returns an operand that is written alike in all sizes.
func same(operand string) func(int) string { return func(int) string { return operand } }

// table is the data at the program's symbol table, in words of 8 bytes.
var table = [4]uint64{
	0x9796959493929190, 0x7F7E7D7C7B7A7978, 0xAFAEADACABAAA9A8, 0xB7B6B5B4B3B2B1B0,
}

// Probes returns the probes of the program for an architecture, amd64, 386 or arm64, in the order
// of their sites.
func Probes(arch string) []Probe { return machines[arch].probes() }

// A machine is what differs between architectures.
type machine struct {
	compilers []string // the first that is installed is used
	flags     []string
	address   string // the directive for an address in a note
	probes    func() []Probe
	source    func(probes string) string
}

var machines = map[string]machine{
	"amd64": {
		[]string{"x86_64-linux-gnu-gcc", "gcc"}, []string{"-static-pie"}, ".8byte",
		amd64Probes, amd64Source,
	},
	"386": {
		[]string{"x86_64-linux-gnu-gcc", "gcc"}, []string{"-m32", "-static"}, ".4byte",
		i386Probes, i386Source,
	},
	"arm64": {
		[]string{"aarch64-linux-gnu-gcc", "gcc"}, []string{"-static"}, ".8byte",
		arm64Probes, arm64Source,
	},
}

// Build makes the program for an architecture, amd64, 386 or arm64, in dir and returns its path. It
// needs gcc for the architecture.
func Build(dir, arch string) (string, error) {
	m := machines[arch]
	var probes strings.Builder
	for _, p := range m.probes() {
		fmt.Fprintf(&probes, "\tprobe %s, \"%s\"\n", p.Name, p.Arg)
	}
	program := filepath.Join(dir, "forms")
	source := program + ".S"
	text := fmt.Sprintf(macro, m.address) + m.source(probes.String()) + data()
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		return "", err
	}
	compiler := m.compilers[0]
	for _, compiler = range m.compilers {
		if _, err := exec.LookPath(compiler); err == nil {
			break
		}
	}
	cmd := exec.Command(compiler, append(m.flags, "-nostdlib", "-o", program, source)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return program, nil
}

// macro defines the assembler's macro for a probe: a nop, and its note. Its verb is the directive
// for an address.
const macro = `
	.macro probe name, args
990:	nop
	.pushsection .note.stapsdt, "", "note"
	.balign 4
	.4byte 992f-991f, 994f-993f, 3
991:	.asciz "stapsdt"
992:	.balign 4
993:	%s 990b, base, 0
	.asciz "` + Provider + `"
	.asciz "\name"
	.asciz "\args"
994:	.balign 4
	.popsection
	.endm

	.section .stapsdt.base, "a"
base:	.space 1
	.text
	.globl _start
`

func data() string {
	var b strings.Builder
	b.WriteString("\t.data\n\t.balign 16\n\t.globl table\ntable:\n")
	for _, word := range table {
		fmt.Fprintf(&b, "\t.8byte %#x\n", word)
	}
	b.WriteString("byte:\t.8byte 10\n\t.section .note.GNU-stack, \"\"\n")
	return b.String()
}
