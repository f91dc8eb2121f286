package ring

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// put writes a record of n words, all of which but the first have a value, and returns whether
// there was room.
func put(r *Ring, spread uint32, n int, value uint64) bool {
	record, _ := r.Reserve(spread, n)
	if record == nil {
		return false
	}
	for i := range record[1:] {
		if record[1+i] != 0 {
			panic("a new record is not zeroed")
		}
		record[1+i] = value
	}
	Commit(record)
	return true
}

// values reads all, and returns the value of each record.
func values(t testing.TB, r *Ring) (all []uint64) {
	t.Helper()
	done := r.Read(func(record []uint64) {
		if len(record) < 2 || record[0] != uint64(len(record)) ||
			slices.Min(record[1:]) != slices.Max(record[1:]) {
			t.Errorf("read %v", record)
		}
		all = append(all, record[1])
	})
	done()
	return all
}

// TestHalf puts records of half a shard where every index of a shard is next.
func TestHalf(t *testing.T) {
	const words = 64
	for start := range words {
		r := New(1, words)
		for range start {
			record, _ := r.Reserve(0, 1)
			Commit(record)
		}
		r.Read(func([]uint64) {})()
		for i := range uint64(10) {
			if !put(r, 0, words/2, i+1) {
				t.Fatalf("at %d, there is no room for record %d", start, i)
			}
			if got := values(t, r); !slices.Equal(got, []uint64{i + 1}) {
				t.Fatalf("at %d, read %v, want %d", start, got, i+1)
			}
		}
		if r.Lost() != 0 {
			t.Errorf("at %d, lost %d", start, r.Lost())
		}
	}
}

// TestHurry: the reader is told once when a shard is more than half full, and each time when it is
// full, wherever the shard begins to fill.
func TestHurry(t *testing.T) {
	const words, n = 64, 4
	for start := range words {
		r := New(2, words)
		for range start {
			record, _ := r.Reserve(1, 1)
			Commit(record)
		}
		values := func() { r.Read(func([]uint64) {})() }
		values()
		for range 3 {
			used, told := 0, 0
			for {
				record, hurry := r.Reserve(1, n)
				isHalf := r.IsHalfFull()
				if record == nil {
					if !hurry || !isHalf {
						t.Fatalf("at %d, a record was lost: hurry %t, half full %t", start, hurry, isHalf)
					}
					break
				}
				Commit(record)
				if hurry {
					told++
				}
				used += n // at least: a gap can be before a record
				if used > words/2 && told != 1 || hurry != isHalf && told != 1 {
					t.Fatalf("at %d, %d words used: told %d times, half full %t", start, used, told, isHalf)
				}
			}
			if values(); told != 1 || r.IsHalfFull() {
				t.Fatalf("at %d, told %d times, half full %t", start, told, r.IsHalfFull())
			}
		}
	}
}

// TestFull fills each shard to its last word, again after the records are read and given back.
func TestFull(t *testing.T) {
	const shards, words, n = 4, 64, 4
	r := New(3, words-1) // is rounded up
	for range 3 {
		for spread := range uint32(2 * shards) {
			for range words / n / 2 {
				if !put(r, spread, n, uint64(spread)) {
					t.Fatalf("shard %d is full", spread)
				}
			}
		}
		if r.IsEmpty() || put(r, 1, 1, 0) || put(r, 2, n, 0) {
			t.Fatal("there is room in a full shard")
		}
		read := 0
		done := r.Read(func([]uint64) { read++ })
		if read != shards*words/n || put(r, 3, 1, 0) {
			t.Fatalf("read %d records, and there is room before they are given back", read)
		}
		done()
		if !r.IsEmpty() || len(values(t, r)) > 0 {
			t.Fatal("not empty when all is read")
		}
	}
	if r.Lost() != 3*3 {
		t.Errorf("lost %d, want 9", r.Lost())
	}
}

func TestClose(t *testing.T) {
	r := New(2, 64)
	if !put(r, 0, 2, 5) || !put(r, 1, 2, 6) {
		t.Fatal("no room")
	}
	r.Close()
	r.Close()
	if put(r, 0, 2, 7) || put(r, 1, 2, 7) || r.Lost() != 2 {
		t.Errorf("closed: lost %d of 2", r.Lost())
	}
	if got := values(t, r); !slices.Equal(got, []uint64{5, 6}) || !r.IsEmpty() {
		t.Errorf("read %v, want 5 and 6", got)
	}
}

// TestReadWaits reads a record that is reserved, and completed when the reader has come to it.
func TestReadWaits(t *testing.T) {
	r := New(1, 64)
	if !put(r, 0, 2, 1) {
		t.Fatal("no room")
	}
	record, _ := r.Reserve(0, 2)
	if !put(r, 0, 2, 3) {
		t.Fatal("no room")
	}
	at := make(chan uint64)
	go func() {
		r.Read(func(record []uint64) { at <- record[1] })()
		close(at)
	}()
	if first := <-at; first != 1 {
		t.Fatalf("read %d, want 1", first)
	}
	select {
	case v := <-at:
		t.Fatalf("read %d before the record was complete", v)
	case <-time.After(10 * time.Millisecond): // so that the reader has to wait; it need not
	}
	record[1] = 2
	Commit(record)
	if second, third := <-at, <-at; second != 2 || third != 3 {
		t.Errorf("read %d and %d, want 2 and 3", second, third)
	}
	if _, ok := <-at; ok {
		t.Error("read a fourth record")
	}
}

// TestManyWriters has more writers than shards, and a reader that is too slow for them: what each
// writes comes in order, and with the lost ones it is all. In the end the ring is closed.
func TestManyWriters(t *testing.T) {
	const writers, least, long = 8, 2000, 40
	r := New(4, 256)
	var closed atomic.Bool
	var tried, kept atomic.Uint64
	var all sync.WaitGroup
	for w := range uint64(writers) {
		all.Go(func() {
			for i := uint64(1); !closed.Load() || i < least; i++ {
				if put(r, uint32(w), 2+int(i%long), w<<32|i) {
					kept.Add(1)
				}
				tried.Add(1)
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		all.Wait()
		close(ended)
	}()
	var read uint64
	newest := make([]uint64, writers)
	for isEnd := false; !isEnd; {
		select {
		case <-ended:
			isEnd = true // after all that is there now
		default:
		}
		for _, v := range values(t, r) {
			w, i := v>>32, v&(1<<32-1)
			if i <= newest[w] {
				t.Fatalf("writer %d: %d after %d", w, i, newest[w])
			}
			newest[w] = i
			read++
		}
		if read > least && !closed.Load() {
			r.Close()
			closed.Store(true)
		}
	}
	if read != kept.Load() || read+r.Lost() != tried.Load() {
		t.Errorf("%d read, %d kept, %d lost, of %d", read, kept.Load(), r.Lost(), tried.Load())
	}
}

// TestNoneLost has writers that wait until what they wrote is given back. So there is always room,
// and none may be lost because the reader was faster than a writer could see.
func TestNoneLost(t *testing.T) {
	const writers, records, n = 4, 2000, 3
	r := New(1, 4*writers*n)
	var given [writers]atomic.Uint64
	var all sync.WaitGroup
	for w := range uint64(writers) {
		all.Go(func() {
			for i := range uint64(records) {
				if !put(r, 0, n, w) {
					t.Errorf("writer %d: record %d is lost", w, i)
					given[w].Add(1)
				}
				for given[w].Load() == i {
					runtime.Gosched()
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		all.Wait()
		close(ended)
	}()
	for {
		select {
		case <-ended:
			return
		default:
		}
		var read []uint64
		r.Read(func(record []uint64) { read = append(read, record[1]) })()
		for _, w := range read {
			given[w].Add(1)
		}
	}
}
