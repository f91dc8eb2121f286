package ring

import (
	"runtime"
	"sync/atomic"
	"time"
)

// IsEmpty reports whether all that was reserved is read.
func (r *Ring) IsEmpty() bool {
	for i := range r.shards {
		s := &r.shards[i]
		if s.head.Load()&^closed != s.tail.Load() {
			return false
		}
	}
	return true
}

// IsHalfFull reports whether a shard has more than half of its room taken.
func (r *Ring) IsHalfFull() bool {
	for i := range r.shards {
		s := &r.shards[i]
		if s.head.Load()&^closed-s.tail.Load() > uint64(len(s.words))/2 {
			return true
		}
	}
	return false
}

// Read calls use with every record that was reserved before Read was called, and was not read yet:
// those of a shard in their order, one shard after the other. The records are valid until done is
// called, by which Read's caller gives their memory back. Only one goroutine may read.
func (r *Ring) Read(use func(record []uint64)) (done func()) {
	ends := make([]uint64, len(r.shards))
	for i := range r.shards {
		ends[i] = r.shards[i].head.Load() &^ closed
	}
	for i := range r.shards {
		r.shards[i].read(ends[i], use)
	}
	return func() {
		for i := range r.shards {
			r.shards[i].free(ends[i])
		}
	}
}

func (s *shard) read(end uint64, use func(record []uint64)) {
	size := uint64(len(s.words))
	for position := s.tail.Load(); position != end; {
		at := position & (size - 1)
		length := s.await(at)
		if length&gap == 0 {
			use(s.words[at : at+length])
		}
		position += length &^ gap
	}
}

// await returns the first word of a record that is reserved, when it is complete. Its writer has
// nothing to wait for, but it may have lost its processor.
func (s *shard) await(at uint64) uint64 {
	const spins = 100
	for i := 0; ; i++ {
		if length := atomic.LoadUint64(&s.words[at]); length != 0 {
			return length
		}
		if i < spins {
			runtime.Gosched()
		} else {
			time.Sleep(50 * time.Microsecond)
		}
	}
}

// free gives the memory of everything before end back to the writers, zeroed.
func (s *shard) free(end uint64) {
	size := uint64(len(s.words))
	tail := s.tail.Load()
	if tail == end {
		return
	}
	from, to := tail&(size-1), end&(size-1)
	if from < to {
		clear(s.words[from:to])
	} else {
		clear(s.words[from:])
		clear(s.words[:to])
	}
	s.tail.Store(end)
}
