package sitecode

import (
	"bytes"

	"github.com/go-usdt/usdt/internal/elf"
)

// Meaning is what a change of an instruction in memory means.
type Meaning string

// The meanings.
const (
	// Breakpoint is the kernel's for a tracer, or a debugger's, which look the same on x86-64.
	Breakpoint Meaning = "breakpoint"
	// DebuggerBreakpoint is where, or what, only debuggers write.
	DebuggerBreakpoint Meaning = "debugger"
	// Call is that of the kernel's trampoline, for a tracer.
	Call Meaning = "call"
	// Rest is what the kernel leaves of a call when the tracer has detached: a no-op again.
	Rest Meaning = "rest"
	// Unknown is anything else.
	Unknown Meaning = "unknown"
)

// A Change is a row of the file in whose place the memory has something else.
type Change struct {
	Row     Row
	Now     []Instruction // in memory, with offsets as those of rows
	Meaning Meaning
}

// Changes returns what differs in memory, which has as many bytes as the code and is at an address.
func (c Code) Changes(memory []byte, address uint64) []Change {
	var changes []Change
	for _, row := range c.Rows(address) {
		end := row.Offset + len(row.Bytes)
		if end > len(memory) || bytes.Equal(row.Bytes, memory[row.Offset:end]) {
			continue
		}
		now := memory[row.Offset:end]
		change := Change{Row: row, Meaning: c.meaning(row, now)}
		// #nosec G115 -- not negative
		change.Now = c.decodeNow(change.Meaning, now, address+uint64(row.Offset))
		for i := range change.Now {
			change.Now[i].Offset += row.Offset
		}
		changes = append(changes, change)
	}
	return changes
}

// trap is the breakpoint of x86, and its size is the least of an instruction.
const trap = 0xcc

// decodeNow decodes what is in memory now. Behind a breakpoint of x86 is the rest of an instruction
// that had more bytes, which is none by itself.
func (c Code) decodeNow(meaning Meaning, now []byte, address uint64) []Instruction {
	isTrap := now[0] == trap && (meaning == Breakpoint || meaning == DebuggerBreakpoint)
	if len(now) == 1 || !isTrap {
		return Decode(c.Machine, now, address)
	}
	return append(Decode(c.Machine, now[:1], address), Instruction{Offset: 1, Bytes: now[1:]})
}

// meaning tells what it means that a row of the file is something else in memory.
func (c Code) meaning(row Row, now []byte) Meaning {
	if c.Machine == elf.EM_AARCH64 {
		return meaningARM64(now)
	}
	switch {
	case now[0] == trap && row.Part == Landing:
		return DebuggerBreakpoint
	case now[0] == trap:
		return Breakpoint
	case isCall(now):
		return Call
	case isRest(row.Bytes, now):
		return Rest
	}
	return Unknown
}

// meaningARM64 tells the breakpoint of the kernel, BRK 5, from that of debuggers, BRK 0.
func meaningARM64(now []byte) Meaning {
	switch {
	case bytes.Equal(now, []byte{0xa0, 0x00, 0x20, 0xd4}):
		return Breakpoint
	case bytes.Equal(now, []byte{0x00, 0x00, 0x20, 0xd4}):
		return DebuggerBreakpoint
	}
	return Unknown
}

// isCall reports whether a no-op is the kernel's call now: of 5 bytes or, with the address of the
// stack moved before it, of 10.
func isCall(now []byte) bool {
	const call, size = 0xe8, 5
	moved := []byte{0x48, 0x8d, 0x64, 0x24, 0x80} // lea -0x80(%rsp),%rsp
	if len(now) == len(moved)+size && bytes.HasPrefix(now, moved) {
		now = now[len(moved):]
	}
	return len(now) == size && now[0] == call
}

// isRest reports whether a no-op of 10 bytes is one again, whose address differs.
func isRest(file, now []byte) bool {
	const size, same = 10, 5
	return len(file) == size && bytes.Equal(file[:same], now[:same])
}
