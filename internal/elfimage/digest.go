package elfimage

import (
	"encoding/binary"
	"math/bits"
)

// digest is the state of a hash function that is made as FNV-1a with 128 bits is: each word of the
// image is XORed in, then the state is multiplied by fnvPrime. FNV-1a itself goes by bytes, and so
// takes eight times as long: more than all else that an image takes.
type digest struct{ hi, lo uint64 }

// digestWord is the size of a word in bytes, which are in little-endian order.
const digestWord = 8

var (
	fnvBasis = digest{0x6c62272e07bb0142, 0x62b821756295c58d}
	fnvPrime = digest{1 << 24, 0x13b}
)

// write takes whole words.
func (d digest) write(b []byte) digest {
	for ; len(b) > 0; b = b[digestWord:] {
		d.lo ^= binary.LittleEndian.Uint64(b)
		hi, lo := bits.Mul64(d.lo, fnvPrime.lo)
		d = digest{hi + d.hi*fnvPrime.lo + d.lo*fnvPrime.hi, lo} // modulo 2^128
	}
	return d
}

// setBuildID comes last: the build ID is the digest, big-endian, of the finished image whose build
// ID is still zero. The gap before .text, up to 64 KiB of zeros on arm64, is left out.
func (w *writer) setBuildID() {
	gap := roundUp(w.sections[base].offset+w.sections[base].size, digestWord)
	d := fnvBasis.write(w.out[:gap]).write(w.out[w.sections[text].offset:])
	at := w.out[w.sections[buildID].offset+buildIDOffset:]
	binary.BigEndian.PutUint64(at, d.hi)
	binary.BigEndian.PutUint64(at[8:], d.lo)
}
