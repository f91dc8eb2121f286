package symbol

import (
	"bytes"
	"encoding/binary"
	"io"
)

const (
	blockSize = 64 << 10
	maxBlocks = 128 // that are remembered of a file: 8 MiB

	// maxText is the length of the longest name or path, in bytes; the rest is left out.
	maxText = 4096
)

// A source is a file of which some blocks are remembered. What cannot be read is not there.
type source struct {
	file   io.ReaderAt
	blocks map[uint64][]byte
}

// block returns the block with a number; it is shorter at the end of the file.
func (s *source) block(number uint64) []byte {
	if b, known := s.blocks[number]; known {
		return b
	}
	if len(s.blocks) >= maxBlocks {
		clear(s.blocks)
	}
	if s.blocks == nil {
		s.blocks = make(map[uint64][]byte)
	}
	b := make([]byte, blockSize)
	n, err := s.file.ReadAt(b, int64(number*blockSize)) // #nosec G115 -- see read
	if err != nil && err != io.EOF {
		n = 0
	}
	s.blocks[number] = b[:n]
	return b[:n]
}

// read returns n bytes at an offset, or nil if they are not all there. They may not be changed.
func (s *source) read(offset uint64, n int) []byte {
	b := s.upTo(offset, n)
	if len(b) < n {
		return nil
	}
	return b
}

// upTo returns n bytes at an offset, or what there is of them.
func (s *source) upTo(offset uint64, n int) []byte {
	const last = 1 << 62
	if offset > last || n <= 0 {
		return nil
	}
	b := s.block(offset / blockSize)
	b = b[min(offset%blockSize, uint64(len(b))):]
	if len(b) >= n {
		return b[:n]
	}
	whole := append([]byte(nil), b...)
	for len(b) > 0 && len(whole) < n {
		b = s.block((offset + uint64(len(whole))) / blockSize)
		whole = append(whole, b[:min(len(b), n-len(whole))]...)
	}
	return whole
}

func (s *source) uint32(offset uint64) (uint32, bool) {
	b := s.read(offset, 4)
	if b == nil {
		return 0, false
	}
	return binary.LittleEndian.Uint32(b), true
}

func (s *source) uint64(offset uint64) (uint64, bool) {
	b := s.read(offset, 8)
	if b == nil {
		return 0, false
	}
	return binary.LittleEndian.Uint64(b), true
}

// text returns the text at an offset, which ends with a NUL.
func (s *source) text(offset uint64) string {
	const mostly = 128
	for _, n := range []int{mostly, maxText} {
		b := s.upTo(offset, n)
		if end := bytes.IndexByte(b, 0); end >= 0 {
			return string(b[:end])
		}
		if len(b) < n || n == maxText {
			return string(b)
		}
	}
	return ""
}
