package forms

import (
	"fmt"
	"math/bits"
	"strings"
)

// amd64Registers has the names of all registers but rsp, in the sizes 8, 4, 2 and 1.
var amd64Registers = [][4]string{
	{"rax", "eax", "ax", "al"}, {"rbx", "ebx", "bx", "bl"},
	{"rcx", "ecx", "cx", "cl"}, {"rdx", "edx", "dx", "dl"},
	{"rsi", "esi", "si", "sil"}, {"rdi", "edi", "di", "dil"}, {"rbp", "ebp", "bp", "bpl"},
	{"r8", "r8d", "r8w", "r8b"}, {"r9", "r9d", "r9w", "r9b"}, {"r10", "r10d", "r10w", "r10b"},
	{"r11", "r11d", "r11w", "r11b"},
	{"r12", "r12d", "r12w", "r12b"}, {"r13", "r13d", "r13w", "r13b"},
	{"r14", "r14d", "r14w", "r14b"}, {"r15", "r15d", "r15w", "r15b"},
}

// The registers that memory operands use, as indexes of amd64Registers.
const (
	amd64Base   = 12 // r13: the address of table[1]
	amd64Index  = 14 // r15: 1
	amd64Frame  = 6  // rbp: the address of table[0]
	amd64Bottom = 1  // rbx: 0
)

// amd64Name returns the operand of a register in a size of 1, 2, 4 or 8 bytes.
func amd64Name(names [4]string, size int) string {
	return "%" + names[3-bits.TrailingZeros(uint(size))]
}

func amd64Probes() []Probe {
	var l list
	for i, names := range amd64Registers {
		switch i {
		case amd64Base, amd64Index, amd64Frame, amd64Bottom:
			continue
		}
		l.sizes(func(size int) string { return amd64Name(names, size) }, Pattern(i))
	}
	// The notes of our own images have the name of the whole register for every size.
	l.sizes(same("%rdi"), Pattern(5))
	for i, high := range []string{0: "ah", 2: "ch", 3: "dh"} {
		if high != "" {
			l.add("1@%"+high, value(Pattern(i)>>8, 1, false))
			l.add("-1@%"+high, value(Pattern(i)>>8, 1, true))
		}
	}
	for _, n := range []int64{0, 1, -1, 127, -128} {
		l.sizes(same(fmt.Sprintf("$%d", n)), uint64(n))
	}
	l.add("-8@$-9223372036854775808", 1<<63)
	l.add("8@$0x7f", 0x7f)
	for _, m := range []struct {
		operand string
		word    int
	}{
		{"(%r13)", 1}, {"-8(%r13)", 0}, {"8(%r13)", 2}, {"0x10(%r13)", 3},
		{"(%rbp,%r15,8)", 1}, {"8(%rbp,%r15,8)", 2}, {"-8(%r13,%r15,8)", 1},
		{"4(%r13,%r15,4)", 2}, {"6(%r13,%r15,2)", 2},
		{"7(%r13,%r15,1)", 2}, {"7(%r13,%r15)", 2}, {"8(%rsp)", 1}, {"(%rsp)", 0},
		{"table(%rip)", 0}, {"table+8(%rip)", 1}, {"16+table(%rip)", 2},
	} {
		l.sizes(same(m.operand), table[m.word])
	}
	// The thread pointer is the address of table[1].
	l.sizes(same("%fs:local@tpoff"), table[0])
	l.sizes(same("%fs:8"), table[2])
	l.sizes(same("%fs:0xfffffffffffffff8"), table[0])
	l.sizes(same("%fs:8+local@tpoff(,%r15,8)"), table[2])
	l.sizes(same("%fs:(%rbx)"), table[1])
	l.add("8f@8(%r13)", table[2])
	l.add("4f@%eax", value(Pattern(0), 4, false))
	return l
}

func amd64Source(probes string) string {
	var b strings.Builder
	b.WriteString(`
_start:
	mov $0x1002, %edi # ARCH_SET_FS
	lea table+8(%rip), %rsi
	mov $158, %eax # arch_prctl(2)
	syscall
	jmp 2f
3:	xor %edi, %edi
	lea byte(%rip), %rsi
	mov $1, %edx
	xor %eax, %eax
	syscall
	test %rax, %rax
	jle 1f
	sub $16, %rsp
	mov table(%rip), %rax
	mov %rax, (%rsp)
	mov table+8(%rip), %rax
	mov %rax, 8(%rsp)
`)
	for i, names := range amd64Registers {
		fmt.Fprintf(&b, "\tmovabs $%#x, %%%s\n", Pattern(i), names[0])
	}
	b.WriteString(`
	xor %ebx, %ebx
	lea table+8(%rip), %r13
	lea table(%rip), %rbp
	mov $1, %r15d
` + probes + `
	add $16, %rsp
2:	mov $1, %edi
	lea byte(%rip), %rsi
	mov $1, %edx
	mov $1, %eax
	syscall
	jmp 3b
1:	xor %edi, %edi
	mov $60, %eax
	syscall
	.section .tdata, "awT", @progbits
	.balign 8
	.type local, @object
local:	.8byte 0
	.text
`)
	return b.String()
}
