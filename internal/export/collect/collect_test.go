package collect

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

var began = time.Unix(1000, 0)

// values returns what the points of a metric are, by their labels.
func values(m *Metric) map[string]float64 {
	all := make(map[string]float64)
	for _, p := range m.Family().Points {
		all[strings.Join(p.Labels, ",")] = p.Value
	}
	return all
}

func hits(n uint64, labels ...string) Hits { return Hits{Labels: labels, Count: n} }

// TestLimit: hits of series without room are in others, whatever order they come in, and the total
// is right.
func TestLimit(t *testing.T) {
	told := 0
	m := New(Spec{
		Labels: []string{"a", "b"}, MaxSeries: 2, Divisor: 1, Full: func() { told++ },
	}, began)
	m.Add([]Hits{hits(1, "x", ""), hits(2, "", "x"), hits(4, "y", "")}, began)
	m.Add([]Hits{hits(8, "z", ""), hits(16, "x", ""), {Count: 32}}, began)
	want := map[string]float64{"x,": 17, ",x": 2, "other,other": 44}
	if got := values(m); !reflect.DeepEqual(got, want) || told != 1 {
		t.Errorf("got %v, told %d times, want %v", got, told, want)
	}
	if got, want := m.Figures(), (Figures{Hits: 63, Overflow: 44, Series: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestOther: hits whose labels are those of the series without room are in it, whether they come
// before or after others, and are not told as such.
func TestOther(t *testing.T) {
	told := 0
	m := New(Spec{
		Labels: []string{"a", "b"}, MaxSeries: 1, Divisor: 1, Full: func() { told++ },
	}, began)
	m.Add([]Hits{hits(1, Other, Other), hits(2, "x", Other)}, began)
	if got, want := m.Figures(), (Figures{Hits: 3, Series: 2}); got != want || told != 0 {
		t.Errorf("got %+v, told %d times, want %+v", got, told, want)
	}
	m.Add([]Hits{hits(4, "y", "y"), hits(8, Other, Other), {Count: 16}}, began)
	want := map[string]float64{"x,other": 2, "other,other": 29}
	if got := values(m); !reflect.DeepEqual(got, want) || told != 1 {
		t.Errorf("got %v, told %d times, want %v", got, told, want)
	}
	if got, want := m.Figures(), (Figures{Hits: 31, Overflow: 20, Series: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestSum adds up integers beyond what a float64 holds, in a unit.
func TestSum(t *testing.T) {
	m := New(Spec{IsSum: true, Divisor: 1e3, MaxSeries: 1}, began)
	if got := values(m)[""]; got != 0 {
		t.Errorf("got %v before any hits", got)
	}
	largest := integer.StatsOf(integer.Of(math.MaxUint64, false))
	m.Add([]Hits{{Count: 1, Stats: largest}, {Count: 1, Stats: largest}}, began)
	if got, want := values(m)[""], math.Ldexp(1, 65)/1e3; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestGauge: the last value counts, in whatever order they are read.
func TestGauge(t *testing.T) {
	m := New(Spec{Kind: front.Gauge, Divisor: 1, MaxSeries: 1}, began)
	if got := m.Family().Points; len(got) != 0 {
		t.Errorf("got %v before any hits", got)
	}
	last := func(v int64, when uint64) Hits {
		return Hits{Count: 1, Last: integer.Of(uint64(v), true), When: when}
	}
	m.Add([]Hits{last(7, 20), last(-3, 30), last(9, 10), last(5, 0)}, began)
	if got := values(m)[""]; got != -3 {
		t.Errorf("got %v, want -3", got)
	}
}

// TestForget: a series that is over stays for a while, and one that goes on stays.
func TestForget(t *testing.T) {
	m := New(Spec{Labels: []string{"pid"}, MaxSeries: 2, Divisor: 1}, began)
	m.Add([]Hits{hits(1, "1"), hits(1, "2")}, began)
	isOver := func(labels []string) bool { return labels[0] == "1" }
	for _, test := range []struct {
		after time.Duration
		want  int
	}{{0, 2}, {59 * time.Second, 2}, {time.Minute, 1}, {time.Hour, 1}} {
		m.Forget(began.Add(test.after), time.Minute, isOver)
		if got := len(m.Family().Points); got != test.want {
			t.Errorf("after %v: %d series, want %d", test.after, got, test.want)
		}
	}
	m.Add([]Hits{hits(1, "3")}, began)
	if got := m.Figures().Overflow; got != 0 {
		t.Error("the series has not made room")
	}
}

// TestStart: a series starts when nothing of it was there, and not after its hits.
func TestStart(t *testing.T) {
	m := New(Spec{Labels: []string{"a"}, MaxSeries: 9, Divisor: 1}, began)
	first, second := began.Add(time.Second), began.Add(2*time.Second)
	m.Add([]Hits{hits(1, "x")}, first)
	m.Add([]Hits{hits(1, "x"), hits(1, "y")}, second)
	points := m.Family().Points
	if !points[0].Start.Equal(began) || !points[1].Start.Equal(first) {
		t.Errorf("got %v and %v", points[0].Start, points[1].Start)
	}
}

// TestBuckets puts random values into the buckets of both kinds: classic ones are exact, and native
// ones have all.
func TestBuckets(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	bounds := []float64{-1e3, -0.5, 0, 1e-6, 0.0003, 0.1, 0.3, 1, 60, 1e7}
	for _, divisor := range []float64{1, 1e3, 1e9, 1.0 / 1024} {
		s := Spec{Kind: front.Histogram, Divisor: divisor, MaxSeries: 1,
			Buckets: Buckets{Native: true, Bounds: bounds}}
		h := &histogram.Histogram{Scale: s.Scale()}
		want := make([]uint64, len(bounds)+1)
		var sum float64
		for range 20000 {
			v := int64(random.Uint64()) >> random.IntN(64)
			for i, bound := range append(bounds, math.Inf(1)) {
				if float64(v) <= math.Round(bound*divisor*1e6)/1e6 {
					want[i]++
					break
				}
			}
			h.Add(uint64(v), true)
			sum += float64(v) / divisor
		}
		got := s.histogram(h)
		if got.Count != 20000 || !reflect.DeepEqual(got.Counts, want) {
			t.Errorf("/%v: got %v, want %v", divisor, got.Counts, want)
		}
		if math.Abs(got.Sum-sum) > 1e-6*math.Abs(sum) {
			t.Errorf("/%v: sum %v, want %v", divisor, got.Sum, sum)
		}
		native := got.Native.Zero
		for _, buckets := range []map[int32]uint64{got.Native.Positive, got.Native.Negative} {
			for _, n := range buckets {
				native += n
			}
		}
		if native != got.Count {
			t.Errorf("/%v: %d values in native buckets", divisor, native)
		}
	}
}

// TestNative: the bucket of a value is as near as the kernel tells values apart, which is 1/32.
func TestNative(t *testing.T) {
	const apart = 1.0 / 32
	s := Spec{Divisor: 1e9, Buckets: Buckets{Native: true}}
	for v := uint64(1); v < 1<<62; v += 1 + v/7 {
		h := &histogram.Histogram{Scale: s.Scale()}
		h.Add(v, false)
		n := s.histogram(h).Native
		for index := range n.Positive {
			is, upper := float64(v)/1e9, math.Exp2(float64(index)/perPowerOf2)
			lower := upper / math.Exp2(1.0/perPowerOf2)
			if is > upper*(1+apart) || is < lower*(1-apart) {
				t.Fatalf("%v is in the bucket from %v to %v", is, lower, upper)
			}
		}
		if len(n.Positive) != 1 || n.Zero != 0 {
			t.Fatalf("%d: %+v", v, n)
		}
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"Ada":                    "Ada",
		"a\x1b[31m\n\xff":        `a\x1b[31m\n\xff`,
		"\u202e":                 `\u202e`,
		`\xff \`:                 `\\xff \\`,
		strings.Repeat("x", 128): strings.Repeat("x", 128),
		strings.Repeat("x", 129): strings.Repeat("x", 125) + "…",
		strings.Repeat("é", 65):  strings.Repeat("é", 62) + "…",
	} {
		if got := Text(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzText: the value of a label is printable and short, whatever the text, and different texts
// have different ones, unless they are cut.
func FuzzText(f *testing.F) {
	f.Add("a\x00\u202e" + strings.Repeat("é", 100))
	f.Fuzz(func(t *testing.T, text string) {
		got := Text(text)
		if len(got) > MaxText || !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\n\x1b\x7f") {
			t.Errorf("%q: got %q", text, got)
		}
		back, err := strconv.Unquote(`"` + strings.ReplaceAll(got, `"`, `\"`) + `"`)
		if !strings.HasSuffix(got, "…") && (err != nil || back != text) {
			t.Errorf("%q: got %q, which is %q, %v", text, got, back, err)
		}
	})
}
