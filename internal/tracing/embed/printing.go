package embed

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	usdtelf "github.com/go-usdt/usdt/internal/elf"
)

// printing returns a copy of the program that prints what it declares with a block's library, in
// place of its main: the first bytes of main.main are a jump. Neither function has arguments, and
// the stack is as main.main gets it.
func (p *Program) printing(b slots) ([]byte, error) {
	jump, err := p.jump(p.main, b.print)
	if err != nil {
		return nil, err
	}
	offset, ok := p.inFile(p.main, uint64(len(jump)))
	if !ok {
		return nil, errors.New("main.main is not in the file: the program is damaged")
	}
	// #nosec G115 -- it is in the file, which is in memory
	return slices.Replace(bytes.Clone(p.content), int(offset), int(offset)+len(jump), jump...), nil
}

// jump returns the instruction at an address that leads to another.
func (p *Program) jump(from, to uint64) ([]byte, error) {
	le, distance := binary.LittleEndian, int64(to-from) // #nosec G115 -- it wraps
	if p.machine == usdtelf.EM_AARCH64 {
		const branch, reach = 0x14000000, 128 << 20 // B; bytes in each direction
		if distance < -reach || distance >= reach {
			return nil, errors.New("its text is too large to let it print what it declares")
		}
		// #nosec G115 -- see above
		return le.AppendUint32(nil, branch|uint32(distance/4)&(1<<26-1)), nil
	}
	const jmp, size = 0xe9, 5
	distance -= size
	if distance < math.MinInt32 || distance > math.MaxInt32 {
		return nil, errors.New("main.main is too far away: the program is damaged")
	}
	return le.AppendUint32([]byte{jmp}, uint32(distance)), nil // #nosec G115 -- see above
}
