package uprobe

import "fmt"

// registers has the offsets of registers in struct user_pt_regs, the context of a kprobe program,
// by name (arch/arm64/include/uapi/asm/ptrace.h).
var registers = func() map[string]int16 {
	offsets := map[string]int16{"sp": 31 * 8, programCounter: 32 * 8}
	for i := range int16(31) {
		offsets[fmt.Sprintf("x%d", i)] = i * 8
	}
	return offsets
}()

const (
	programCounter = "pc"
	goroutine      = "x28" // the address of its g
)
