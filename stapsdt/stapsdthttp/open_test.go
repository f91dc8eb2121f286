package stapsdthttp

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestOpenStarts compares the starts with a list that is searched.
func TestOpenStarts(t *testing.T) {
	const room = 16
	r := rand.New(rand.NewPCG(1, 2))
	o := newOpenStarts(room)
	var want []start
	var fellOut uint64
	take := func(key uint64) (s start, ok bool) {
		i := slices.IndexFunc(want, func(s start) bool { return s.key == key })
		if i < 0 {
			return s, false
		}
		s = want[i]
		want = slices.Delete(want, i, i+1)
		return s, true
	}
	for i := range 10_000 {
		key := r.Uint64N(2 * room)
		if r.IntN(3) == 0 {
			gotStart, got := o.take(key)
			wantStart, wanted := take(key)
			if got != wanted || gotStart != wantStart {
				t.Fatalf("took %v, %t, want %v, %t", gotStart, got, wantStart, wanted)
			}
		} else {
			s := start{key: key, time: time.Unix(int64(i), 0), isHidden: r.IntN(2) == 0}
			before, ok := take(key)
			if len(want) == room {
				if !want[0].isHidden {
					fellOut++
				}
				want = want[1:]
			}
			want = append(want, s)
			if got := o.put(s); got != (ok && !before.isHidden) {
				t.Fatalf("put %v: replaces %t", s, got)
			}
		}
		var waiting uint64
		for _, s := range want {
			if !s.isHidden {
				waiting++
			}
		}
		if o.waiting != waiting || o.fellOut != fellOut || len(o.byKey) != len(want) {
			t.Fatalf("%d waiting, %d fell out; want %d, %d", o.waiting, o.fellOut, waiting, fellOut)
		}
	}
	if fellOut == 0 {
		t.Error("nothing fell out")
	}
}
