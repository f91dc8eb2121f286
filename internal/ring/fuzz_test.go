package ring

import (
	"slices"
	"testing"
)

// FuzzRing does what the bytes say, and compares the ring with a simple model: a byte below 0xf0
// writes a record, 0xf0 to 0xfe read all, and 0xff closes the ring.
func FuzzRing(f *testing.F) {
	f.Add([]byte{0x02, 0x07, 0x00, 0x1f, 0xf0, 0x0f, 0x0f, 0x0f, 0x0f, 0xf0, 0xff, 0x00, 0xf0})
	f.Add([]byte{15, 15, 0xf0, 15, 14, 0xf0, 15, 13, 15, 15, 0xf0, 31, 31, 31, 31, 0xf1, 1, 2, 3})
	f.Fuzz(func(t *testing.T, steps []byte) {
		const shards, words = 2, 32
		r := New(shards, words)
		var m [shards]model
		var lost uint64
		isClosed := false
		for i, step := range steps {
			switch {
			case step == 0xff:
				r.Close()
				isClosed = true
			case step >= 0xf0:
				want := slices.Concat(m[0].read(), m[1].read())
				if got := values(t, r); !slices.Equal(got, want) {
					t.Fatalf("step %d: read %v, want %v", i, got, want)
				}
			default:
				spread, n, value := uint32(step>>4), 2+int(step&0x0f)%(words/2-1), uint64(i+1)
				want := !isClosed && m[spread%shards].put(words, n, value)
				if got := put(r, spread, n, value); got != want {
					t.Fatalf("step %d: room for %d words %t, want %t", i, n, got, want)
				}
				if !want {
					lost++
				}
			}
			if r.Lost() != lost || r.IsEmpty() != (len(m[0].unread)+len(m[1].unread) == 0) {
				t.Fatalf("step %d: lost %d, want %d; empty %t", i, r.Lost(), lost, r.IsEmpty())
			}
		}
	})
}

// model is a shard: the index of the next word, how many words are taken, and what is in them.
type model struct {
	next, taken int
	unread      []uint64
}

func (m *model) put(words, n int, value uint64) bool {
	if skip := words - m.next; skip < n { // the record begins anew
		if m.taken+skip+n > words {
			return false
		}
		m.next, m.taken = 0, m.taken+skip
	}
	if m.taken+n > words {
		return false
	}
	m.next, m.taken = (m.next+n)%words, m.taken+n
	m.unread = append(m.unread, value)
	return true
}

func (m *model) read() []uint64 {
	all := m.unread
	m.unread, m.taken = nil, 0
	return all
}
