package forms

import (
	"fmt"
	"strings"
)

const arm64Registers = 31

// The registers that memory operands use, by number.
const (
	arm64Base   = 19 // the address of table[1]
	arm64Offset = 20 // 8
	arm64Index  = 21 // 1
)

func arm64Probes() []Probe {
	var l list
	for i := range arm64Registers {
		switch i {
		case arm64Base, arm64Offset, arm64Index:
			continue
		}
		l.sizes(same(fmt.Sprintf("x%d", i)), Pattern(i))
	}
	l.add("4@w3", value(Pattern(3), 4, false))
	l.add("-4@w3", value(Pattern(3), 4, true))
	l.add("-2@w30", value(Pattern(30), 2, true))
	l.add("8@xzr", 0)
	for _, n := range []int64{0, 1, -1, 127, -128} {
		l.sizes(same(fmt.Sprint(n)), uint64(n))
	}
	for _, m := range []struct {
		operand string
		word    int
	}{
		{"[x19]", 1}, {"[x19, 8]", 2}, {"[x19, -8]", 0}, {"[x19,16]", 3},
		{"[sp]", 0}, {"[sp, 8]", 1},
		{"[x19, x20]", 2}, {"[x19, x21, lsl 3]", 2},
	} {
		l.sizes(same(m.operand), table[m.word])
	}
	return l
}

func arm64Source(probes string) string {
	var b strings.Builder
	b.WriteString(`
_start:
	b 2f
3:	mov x0, 0
	adrp x1, byte
	add x1, x1, :lo12:byte
	mov x2, 1
	mov x8, 63
	svc 0
	cmp x0, 0
	b.le 1f
	adrp x19, table
	add x19, x19, :lo12:table
	ldp x0, x1, [x19]
	stp x0, x1, [sp, -16]!
`)
	for i := range arm64Registers {
		fmt.Fprintf(&b, "\tldr x%d, =%#x\n", i, Pattern(i))
	}
	b.WriteString(`
	adrp x19, table+8
	add x19, x19, :lo12:table+8
	mov x20, 8
	mov x21, 1
` + probes + `
	add sp, sp, 16
2:	mov x0, 1
	adrp x1, byte
	add x1, x1, :lo12:byte
	mov x2, 1
	mov x8, 64
	svc 0
	b 3b
1:	mov x0, 0
	mov x8, 93
	svc 0
	.ltorg
`)
	return b.String()
}
