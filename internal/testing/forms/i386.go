package forms

import (
	"fmt"
	"strings"
)

// i386Registers has the names of some registers in the sizes 4, 2 and 1, in gcc's order. The others
// are for memory operands: esi has the address of table[1], edi is 1, and ebp has the address of
// the global offset table.
var i386Registers = [][3]string{
	{"eax", "ax", "al"}, {"edx", "dx", "dl"}, {"ecx", "cx", "cl"}, {"ebx", "bx", "bl"},
}

// i386Word returns the value of a register.
func i386Word(i int) uint64 { return Pattern(i) & 0xffffffff }

func i386Probes() []Probe {
	var l list
	for i, names := range i386Registers {
		for n, size := range []int{4, 2, 1} {
			l.signs(size, "%"+names[n], i386Word(i))
		}
		l.signs(1, "%"+names[0], i386Word(i)) // as gcc writes it when it may be in any register
		l.signs(1, "%"+names[1][:1]+"h", i386Word(i)>>8)
		if i+1 < len(i386Registers) {
			l.signs(8, "%"+names[0], i386Word(i+1)<<32|i386Word(i))
		}
	}
	for _, n := range []int64{0, 1, -1, 127, -128} {
		l.sizes(same(fmt.Sprintf("$%d", n)), uint64(n))
	}
	for _, m := range []struct {
		operand string
		word    int
	}{
		{"(%esi)", 1}, {"-8(%esi)", 0}, {"8(%esi)", 2}, {"0x10(%esi)", 3},
		{"(%esi,%edi,8)", 2}, {"-0x10(%esi,%edi,8)", 0}, {"-4(%esi,%edi,4)", 1},
		{"6(%esi,%edi,2)", 2}, {"7(%esi,%edi)", 2}, {"8(%esp)", 1}, {"(%esp)", 0},
		{"table", 0}, {"table+8", 1}, {"table(,%edi,8)", 1},
		{"table@GOTOFF(%ebp)", 0}, {"8+table@GOTOFF(%ebp)", 1}, {"table@GOTOFF+8(%ebp,%edi,8)", 2},
	} {
		l.sizes(same(m.operand), table[m.word])
	}
	l.add("8f@8(%esi)", table[2])
	l.add("4f@%edx", i386Word(1))
	return l
}

func i386Source(probes string) string {
	var b strings.Builder
	b.WriteString(`
_start:
	jmp 2f
3:	mov $3, %eax
	xor %ebx, %ebx
	mov $byte, %ecx
	mov $1, %edx
	int $0x80
	test %eax, %eax
	jle 1f
	sub $16, %esp
	mov table, %eax
	mov %eax, (%esp)
	mov table+4, %eax
	mov %eax, 4(%esp)
	mov table+8, %eax
	mov %eax, 8(%esp)
	mov table+12, %eax
	mov %eax, 12(%esp)
	call 4f
4:	pop %ebp
	add $_GLOBAL_OFFSET_TABLE_+(.-4b), %ebp
`)
	for i, names := range i386Registers {
		fmt.Fprintf(&b, "\tmov $%#x, %%%s\n", i386Word(i), names[0])
	}
	b.WriteString(`
	mov $table+8, %esi
	mov $1, %edi
` + probes + `
	add $16, %esp
2:	mov $4, %eax
	mov $1, %ebx
	mov $byte, %ecx
	mov $1, %edx
	int $0x80
	jmp 3b
1:	mov $1, %eax
	xor %ebx, %ebx
	int $0x80
`)
	return b.String()
}
