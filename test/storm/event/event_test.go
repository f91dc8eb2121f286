package event

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// seen is an event as a tracer sees it: every value that can be wrong.
func seen(sequence uint64) []any {
	args := []any{sequence, int64(-5), uint64(255), "text", "bytes", int64(5), ""}
	return append(args, Sum("p:q", sequence, int8(-5), uint8(255), "text", []byte("bytes"), ""))
}

func TestVerify(t *testing.T) {
	v := Verifier{Ordered: true}
	for _, sequence := range []uint64{FirstOf(1) + 1, FirstOf(2) + 1, FirstOf(1) + 7} {
		if err := v.Verify("p:q", seen(sequence)); err != nil {
			t.Error(err)
		}
	}
	if v.Total() != 3 || v.Received["p:q"] != 3 || v.Unread != 0 {
		t.Errorf("%+v, want 3 events", v)
	}
}

// TestVerifyWrong changes one argument after the other, the checksum included, and the name.
func TestVerifyWrong(t *testing.T) {
	every := []any{uint64(3), int64(251), int64(-1), "texT", "byte", int64(6), "\x00", uint64(1)}
	for i, wrong := range every {
		args := seen(2)
		args[i] = wrong
		err := new(Verifier).Verify("p:q", args)
		if err == nil || !strings.Contains(err.Error(), "checksum") {
			t.Errorf("argument %d is wrong: %v", i, err)
		}
	}
	if err := new(Verifier).Verify("p:other", seen(2)); err == nil {
		t.Error("the event of another probe was accepted")
	}
	for n := range 2 {
		if err := new(Verifier).Verify("p:q", seen(2)[:n]); err == nil {
			t.Errorf("an event of %d arguments was accepted", n)
		}
	}
}

// TestVerifyOrder repeats an event, and has one come late.
func TestVerifyOrder(t *testing.T) {
	for _, sequence := range []uint64{2, 1} {
		for _, ordered := range []bool{false, true} {
			v := Verifier{Ordered: ordered}
			_ = v.Verify("p:q", seen(2)) // as TestVerify
			if err := v.Verify("p:q", seen(sequence)); (err != nil) != ordered {
				t.Errorf("%d after 2, ordered %t: %v", sequence, ordered, err)
			}
		}
	}
}

func TestUnread(t *testing.T) {
	var v Verifier
	for i := range 4 {
		if err := v.Check(); err != nil {
			t.Errorf("after %d: %v", i, err)
		}
		args := seen(uint64(i))
		args[3] = nil
		if err := v.Verify("p:q", args); err != nil {
			t.Error(err)
		}
	}
	if v.Check() == nil {
		t.Error("4 unreadable events of 4 were accepted")
	}
}

// TestNext draws the same values for the same seed, and different ones in a row.
func TestNext(t *testing.T) {
	a, b := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	v, w := Values{Sequence: FirstOf(3)}, Values{Sequence: FirstOf(3)}
	var sums []uint64
	for range 1000 {
		v.Next(a)
		w.Next(b)
		sum := Sum("", v.Sequence, v.Int8, v.Int64, v.Text, v.Bytes, v.Float64, v.Bool)
		if sum != Sum("", w.Sequence, w.Int8, w.Int64, w.Text, w.Bytes, w.Float64, w.Bool) {
			t.Fatalf("%+v and %+v", v, w)
		}
		sums = append(sums, sum)
	}
	slices.Sort(sums)
	if n := len(slices.Compact(sums)); n != 1000 {
		t.Errorf("%d different events of 1000", n)
	}
}
