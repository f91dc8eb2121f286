package elfimage

import (
	"encoding/binary"
	"math/bits"
)

// digest is the state of FNV-1a with 128 bits: each byte is XORed in, then the state is multiplied
// by fnvPrime. hash/fnv has no skip: most of an image is gaps between pages, up to 128 KiB on
// arm64, and byte by byte they would take longer than the rest of a Load.
type digest struct{ hi, lo uint64 }

var (
	fnvBasis = digest{0x6c62272e07bb0142, 0x62b821756295c58d}
	fnvPrime = digest{1 << 24, 0x13b}
)

// mul returns the product modulo 2^128.
func (d digest) mul(by digest) digest {
	hi, lo := bits.Mul64(d.lo, by.lo)
	return digest{hi + d.hi*by.lo + d.lo*by.hi, lo}
}

func (d digest) write(b []byte) digest {
	for _, c := range b {
		d.lo ^= uint64(c)
		d = d.mul(fnvPrime)
	}
	return d
}

// skip does what write does with n zero bytes: it multiplies by the nth power of the prime.
func (d digest) skip(n uint64) digest {
	for power := fnvPrime; n > 0; n >>= 1 {
		if n&1 != 0 {
			d = d.mul(power)
		}
		power = power.mul(power)
	}
	return d
}

// digest returns the digest of the whole image.
func (w *writer) digest() digest {
	d, end := fnvBasis, uint64(0)
	part := func(offset, size uint64) {
		d = d.skip(offset - end)
		end = offset + size
		d = d.write(w.out[offset:end])
	}
	part(0, w.headersSize())
	for _, s := range w.sections[1:] {
		part(s.offset, s.size)
	}
	part(w.sectionTable, w.size-w.sectionTable)
	return d
}

// setBuildID comes last: the build ID is the digest, big-endian, of the finished image whose build
// ID is still zero.
func (w *writer) setBuildID() {
	d := w.digest()
	at := w.out[w.sections[buildID].offset+buildIDOffset:]
	binary.BigEndian.PutUint64(at, d.hi)
	binary.BigEndian.PutUint64(at[8:], d.lo)
}
