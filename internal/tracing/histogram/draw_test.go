package histogram

import (
	"bytes"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the goldens")

// golden compares got with the file testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: -want +got\n%s", path, diff)
	}
}

// latencies returns latencies like those of a service, multiplied by scale: most are below 100us,
// and a few are longer because they waited for something.
func latencies(scale int) *Histogram {
	r := rand.New(rand.NewPCG(1, 2))
	h := &Histogram{Unit: Nanoseconds}
	for range 2000 {
		h.Add(uint64(scale*(15e3+r.IntN(800)*r.IntN(800)*r.IntN(800)/1000)), false)
	}
	for i := range 20 {
		h.Add(uint64(scale*(4e6+i*5e4)), false)
	}
	return h
}

func sizes() *Histogram {
	return of(Log2(), 0, 0, 1, 2, 3, 20, 20, 25, 31, 700, 1500, 1500, 2048, 5<<20)
}

func TestDraw(t *testing.T) {
	s := mustLinear(t, 0, 100, 10)
	for name, test := range map[string]struct {
		h     *Histogram
		width int
	}{
		"log2.txt":        {sizes(), 0},
		"log2-40.txt":     {sizes(), 40},
		"negative.txt":    {of(Log2(), -9, -5, -4, -1, -1, 0, 1, 6), 60},
		"linear.txt":      {of(s, -5, 0, 9, 10, 55, 56, 99, 100, 12345), 80},
		"linear-1024.txt": {of(mustLinear(t, 0, 1<<20, 256<<10), 1, 300<<10, 900<<10), 80},
		"linear-1.txt":    {of(mustLinear(t, -1, 3, 1), -1, 0, 2, 2), 80},
		"latency.txt":     {latencies(1), 200},
		"latency-40.txt":  {latencies(1), 40},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := test.h.Draw(&b, test.width); err != nil {
				t.Fatal(err)
			}
			golden(t, name, b.Bytes())
			for line := range strings.Lines(b.String()) {
				if n := utf8.RuneCountInString(line) - 1; test.width != 0 && n >= test.width {
					t.Errorf("a line of %d columns, want fewer than %d", n, test.width)
				}
			}
		})
	}
}

func TestDrawNothing(t *testing.T) {
	var b bytes.Buffer
	if err := new(Histogram).Draw(&b, 80); err != nil || b.Len() != 0 {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

// TestDrawWrapped: no counts make Draw panic, even if their sum is more than a row can have.
func TestDrawWrapped(t *testing.T) {
	h := &Histogram{Counts: map[int]uint64{16: 1 << 63, 17: 1 << 63}}
	var b bytes.Buffer
	if err := h.Draw(&b, 40); err != nil || !strings.Contains(b.String(), "[16, 32)") {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestDrawLargestCounts(t *testing.T) {
	h := &Histogram{Counts: map[int]uint64{5: math.MaxUint64 / 2, 975: math.MaxUint64 / 2, -960: 1}}
	var b bytes.Buffer
	if err := h.Draw(&b, 40); err != nil {
		t.Fatal(err)
	}
	const count = "9223372036854775807"
	lines := strings.Split(b.String(), "\n")
	for _, want := range []string{
		"(-16E, -8E]                      1 |    |",
		"[4, 8)         " + count + " |@@@@|",
		"[8E, 16E)      " + count + " |@@@@|",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q", want)
		}
	}
}
