package histogram

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// FuzzScale puts values into the buckets of any scale: a bucket's bounds and its least value are
// right for each value in it.
func FuzzScale(f *testing.F) {
	f.Add(int64(0), int64(1000), int64(50), uint64(999), true)
	f.Add(int64(math.MinInt64), int64(math.MaxInt64), int64(1<<60), uint64(1<<63), false)
	f.Add(int64(0), int64(0), int64(0), uint64(1<<63), true)
	f.Fuzz(func(t *testing.T, lo, hi, step int64, v uint64, signed bool) {
		s, err := Linear(lo, hi, step)
		if err != nil {
			s = Log2()
			s.Splits = []int64{min(lo, hi), max(lo, hi)}
		}
		value := integer.Of(v, signed)
		index := s.Bucket(v, signed)
		if s.Linear && (index < -1 || index > s.Len() || s.Len() > MaxLinear) {
			t.Fatalf("%+v: bucket %d of %d", s, index, s.Len())
		}
		if least := s.Least(index); value.Compare(least) < 0 {
			t.Errorf("%+v: %v is in bucket %d, whose least value is %v", s, value, index, least)
		}
		// A bucket of a linear scale may be the last one, and then no value is above it.
		if next := index + 1; !s.Linear || next <= s.Len() {
			if least := s.Least(next); index-s.Above(index)*SplitStep != 975 && value.Compare(least) >= 0 {
				t.Errorf("%+v: %v is in bucket %d, but not below %v", s, value, index, least)
			}
		}
		checkBounds(t, s, index, value)
		above := 0
		for _, split := range s.Splits {
			if value.Compare(integer.Of(uint64(split), true)) > 0 {
				above++
			}
		}
		if got := s.Above(index); got != above {
			t.Errorf("%+v: %v is in bucket %d, above %d splits, want %d", s, value, index, got, above)
		}
	})
}

func checkBounds(t *testing.T, s Scale, index int, value integer.Int) {
	t.Helper()
	first, end := s.Bounds(index)
	x := value.Float()
	// On a linear scale the bounds are exact up to 1<<53 only.
	slack := 0.0
	if s.Linear {
		slack = max(math.Abs(float64(s.Lo)), math.Abs(float64(s.Hi))) / (1 << 52)
	}
	// Float may round a value up to the bound that it is below.
	if x < first-slack || x > end+slack || !(first < end || slack > 0) {
		t.Errorf("%+v: %v is in bucket %d, from %g to %g", s, value, index, first, end)
	}
	row := s.row(index)
	if lo, hi := s.rowBounds(row); lo > first || hi < end {
		t.Errorf("%+v: bucket %d is from %g to %g, its row %d from %g to %g",
			s, index, first, end, row, lo, hi)
	}
}

// FuzzDraw draws counts of any values under any names: the text shows each of them, and the picture
// is well-formed XML with the name.
func FuzzDraw(f *testing.F) {
	f.Add("title", "na<me", []byte{1, 2, 3, 250, 0x80}, int64(0), 40)
	f.Add("\x00\xff", "]]>", []byte{7}, int64(3), 80)
	f.Fuzz(func(t *testing.T, title, name string, values []byte, step int64, width int) {
		if names := title + name; strings.Contains(names, "NaN") || strings.Contains(names, "Inf") {
			return // draw looks for these
		}
		h := &Histogram{Unit: []Unit{Number, Nanoseconds}[step&1]}
		if linear, err := Linear(-100, 1000, step); err == nil {
			h.Scale = linear
		}
		for i, v := range values {
			h.Add(uint64(int8(v))<<(i%57), true)
		}
		var text strings.Builder
		if err := h.Draw(&text, max(0, width)); err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(text.String(), "\n"); lines != len(h.Rows()) {
			t.Errorf("%d lines for %d rows", lines, len(h.Rows()))
		}
		var total uint64
		for _, row := range h.Rows() {
			total += row.Count
		}
		if total != uint64(len(values)) {
			t.Errorf("the rows have %d of %d values", total, len(values))
		}
		_, picture := draw(t, title, Group{name, h})
		bars := len(picture.Panels[0].Bars)
		if h.Scale.Linear && bars > maxBars || (bars > 0) != (len(values) > 0) {
			t.Errorf("%d bars for %d values", bars, len(values))
		}
		if !slices.ContainsFunc(picture.Panels[0].Texts, func(s string) bool {
			return strings.Contains(s, strings.TrimSpace(name))
		}) && isPlain(name) {
			t.Errorf("no text has the name %q: %q", name, picture.Panels[0].Texts)
		}
	})
}

// isPlain reports whether a picture has the text as it is.
func isPlain(text string) bool {
	special := func(r rune) bool { return r < ' ' || r > '~' }
	return len(text) < 40 && !strings.ContainsFunc(text, special)
}
