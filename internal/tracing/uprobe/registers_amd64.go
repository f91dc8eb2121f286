package uprobe

// registers has the offsets of registers in struct pt_regs, the context of a kprobe program, by
// name (arch/x86/include/uapi/asm/ptrace.h). Programs of 32 bits have the lower halves of some.
var registers = map[string]int16{
	"r15": 0, "r14": 8, "r13": 16, "r12": 24, "rbp": 32, "rbx": 40, "r11": 48, "r10": 56,
	"r9": 64, "r8": 72,
	"rax": 80, "rcx": 88, "rdx": 96, "rsi": 104, "rdi": 112, programCounter: 128, "rsp": 152,

	"ebp": 32, "ebx": 40, "eax": 80, "ecx": 88, "edx": 96, "esi": 104, "edi": 112, "esp": 152,
}

const (
	programCounter = "rip"
	goroutine      = "r14" // the address of its g, in Go's own calls
)
