package sdtnote

import "sync"

// blockSize is a power of two, in bytes.
const blockSize = 4096

// blocks are used again: a block was a third of the memory that a Load of the library allocated.
var blocks sync.Pool

func newBlock() *[blockSize]byte {
	if block, ok := blocks.Get().(*[blockSize]byte); ok {
		return block
	}
	return new([blockSize]byte)
}

// freeBlock is called when nothing is read any more.
func (e *elfFile) freeBlock() { blocks.Put((*[blockSize]byte)(e.block[:blockSize])) }

// read reads from the file. It keeps the block that it read last: an ELF file's headers are close
// together, and so are the names of its sections, its tables and its notes. Of the small image of a
// live process, three blocks are read instead of fifteen pieces.
//
// What is not in one block is read from the file itself; so the errors are those of the file.
func (e *elfFile) read(b []byte, off int64) (int, error) {
	in := int(off % blockSize) // #nosec G115 -- less than blockSize
	end := in + len(b)
	if end > blockSize {
		return e.r.ReadAt(b, off)
	}
	if start := off - int64(in); e.blockAt != start || len(e.block) < end {
		n, _ := e.r.ReadAt(e.block[:blockSize], start)
		e.block, e.blockAt = e.block[:n], start
	}
	if len(e.block) < end {
		return e.r.ReadAt(b, off)
	}
	return copy(b, e.block[in:]), nil
}
