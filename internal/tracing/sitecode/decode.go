package sitecode

import (
	"strings"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"

	"github.com/go-usdt/usdt/internal/elf"
)

// An Instruction is one of a machine, or what stands where none can be decoded.
type Instruction struct {
	Offset int // in bytes from the beginning of the code
	Bytes  []byte
	Text   string // in the syntax of the GNU assembler; "" if it cannot be decoded
}

// Decode returns the instructions in code, whose first byte is at an address. Bytes of no
// instruction that is known are one of their own, without a text: so it is with all bytes of a
// machine that is not known.
func Decode(machine elf.Machine, code []byte, address uint64) []Instruction {
	var all []Instruction
	for at := 0; at < len(code); {
		text, size := decodeOne(machine, code[at:], address+uint64(at)) // #nosec G115 -- not negative
		size = max(1, min(size, len(code)-at))
		all = append(all, Instruction{at, code[at : at+size], text})
		at += size
	}
	return all
}

// decodeOne returns the first instruction in code, and its size in bytes. The decoders panic for
// some bytes that are no instruction: x86asm 0.30 for 62 ef in 32 bits.
func decodeOne(machine elf.Machine, code []byte, address uint64) (text string, size int) {
	defer func() {
		if recover() != nil {
			text, size = "", 1
		}
	}()
	switch machine {
	case elf.EM_X86_64:
		return decodeX86(code, address, 64)
	case elf.EM_386:
		return decodeX86(code, address, 32)
	case elf.EM_AARCH64:
		return decodeARM64(code)
	}
	return "", 1
}

// decodeX86 has its own text for two no-ops, the landing pads of indirect jumps, of which the
// decoder knows only the first byte.
func decodeX86(code []byte, address uint64, bits int) (text string, size int) {
	const pad64, pad32 = "\xf3\x0f\x1e\xfa", "\xf3\x0f\x1e\xfb"
	switch {
	case strings.HasPrefix(string(code), pad64):
		return "endbr64", len(pad64)
	case strings.HasPrefix(string(code), pad32):
		return "endbr32", len(pad32)
	}
	in, err := x86asm.Decode(code, bits)
	if err != nil || in.Op == 0 { // which it is for a prefix by itself
		return "", 1
	}
	return strings.TrimSpace(x86asm.GNUSyntax(in, address, nil)), in.Len
}

func decodeARM64(code []byte) (text string, size int) {
	const size32 = 4
	in, err := arm64asm.Decode(code)
	if err != nil {
		return "", size32
	}
	return strings.TrimSpace(arm64asm.GNUSyntax(in)), size32
}
