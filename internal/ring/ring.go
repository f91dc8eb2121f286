// Package ring keeps records in bounded memory, for many goroutines that write and one that reads.
//
// A write never waits. It takes a few atomic operations, on memory that goroutines on other
// processors seldom write to: a ring consists of shards, and the writer chooses one by a number
// that differs between processors. When a shard is full, the record is lost, and counted.
package ring

import (
	"sync/atomic"
)

// Ring is a ring of records, each a number of words.
type Ring struct {
	shards []shard
	mask   uint32 // of the index of a shard
}

// shard is a queue of records. Positions are words since the beginning of time; a position modulo
// the length of words is an index. No record wraps around the end of words: a gap precedes it then.
type shard struct {
	words []uint64
	_     [cacheLine - 24]byte
	head  atomic.Uint64 // where the next record begins; has closed
	lost  atomic.Uint64
	_     [cacheLine - 16]byte
	tail  atomic.Uint64 // everything before is read
	_     [cacheLine - 8]byte
}

const (
	cacheLine = 128 // two lines: processors fetch them in pairs
	closed    = 1 << 63

	// The first word of a record is its length in words, which the reader sees when the record is
	// complete. Before and after, it is 0. A gap has this bit, too.
	gap = 1 << 63
)

// New returns a ring with at least the given number of shards and of words in each.
func New(shards, words int) *Ring {
	r := &Ring{shards: make([]shard, roundUp(shards))}
	r.mask = uint32(len(r.shards) - 1) // #nosec G115 -- there are few
	for i := range r.shards {
		r.shards[i].words = make([]uint64, roundUp(words))
	}
	return r
}

// roundUp returns the power of two that is not below n.
func roundUp(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// Reserve returns the memory of a record of n words, the first of which is for Commit. It returns
// nil when the record is lost: the shard that spread chooses is full, or the ring is closed. A
// record of at most half a shard has room in an empty one. Every record that is reserved must be
// committed, soon: the reader waits for it. Reserve is safe for concurrent use.
//
// The reader should be told to hurry when the shard has become more than half full by this record,
// or had no room for it.
func (r *Ring) Reserve(spread uint32, n int) (record []uint64, hurry bool) {
	return r.shards[spread&r.mask].reserve(uint64(n)) // #nosec G115 -- not negative
}

func (s *shard) reserve(n uint64) (record []uint64, hurry bool) {
	size := uint64(len(s.words))
	for {
		head := s.head.Load()
		at, need := head&(size-1), n
		if at+n > size {
			need += size - at
		}
		used := head - s.tail.Load()
		if head&closed != 0 || used+need > size {
			if s.head.Load() != head {
				continue // the tail may have passed what head was
			}
			s.lost.Add(1)
			return nil, true
		}
		if !s.head.CompareAndSwap(head, head+need) {
			continue
		}
		if need > n {
			atomic.StoreUint64(&s.words[at], gap|(size-at))
			at = 0
		}
		return s.words[at : at+n : at+n], used <= size/2 && used+need > size/2
	}
}

// Commit hands a record to the reader.
func Commit(record []uint64) { atomic.StoreUint64(&record[0], uint64(len(record))) }

// Lost returns how many records were lost so far. It is safe for concurrent use.
func (r *Ring) Lost() (n uint64) {
	for i := range r.shards {
		n += r.shards[i].lost.Load()
	}
	return n
}

// Close lets every later Reserve return nil. What is committed can still be read. It is safe for
// concurrent use.
func (r *Ring) Close() {
	for i := range r.shards {
		r.shards[i].head.Or(closed)
	}
}
