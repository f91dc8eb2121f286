package series

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// of returns a series whose lines have these values.
func of(slack float64, lines ...[]float64) *Series {
	s := &Series{Name: "descriptors", Of: "program", Slack: slack}
	for i, values := range lines {
		for _, v := range values {
			s.Add(string(rune('a'+i)), v)
		}
	}
	return s
}

// values returns what f makes of 0 to 39.
func values(f func(i int) float64) []float64 {
	var v []float64
	for i := range 40 {
		v = append(v, f(i))
	}
	return v
}

func TestFlat(t *testing.T) {
	level := values(func(int) float64 { return 10 })
	for _, tt := range []struct {
		name  string
		slack float64
		line  []float64
		flat  bool
	}{
		{"level", 0, level, true},
		{"falls", 0, values(func(i int) float64 { return 100 - float64(i) }), true},
		{"rises in the first quarter only", 0, values(func(i int) float64 {
			return min(10, float64(i))
		}), true},
		{"others come and go", 0, values(func(i int) float64 { return 10 + float64(i*i%7) }), true},
		{"one of 40 is more", 0, values(func(i int) float64 { return float64(i / 39) }), true},
		{"leaks one each time", 0, values(func(i int) float64 { return float64(i) }), false},
		{"leaks one in all", 0, values(func(i int) float64 { return float64(i / 25) }), false},
		{"leaks as much as it may", 20, values(func(i int) float64 { return float64(i) }), true},
		{"leaks more than it may", 19.9, values(func(i int) float64 { return float64(i) }), false},
		{"leaks beside what comes and goes", 0, values(func(i int) float64 {
			return float64(i/4 + i*i%7)
		}), false},
		{"too few", 0, level[:fewest-1], false},
	} {
		for _, lines := range [][][]float64{{tt.line}, {level, tt.line}} {
			if err := of(tt.slack, lines...).Flat(); (err == nil) != tt.flat {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
}

func TestTable(t *testing.T) {
	s := of(0.25, values(func(i int) float64 { return 1.5 * float64(i/20) }))
	s.Unit = "MiB"
	const want = "| program: descriptors, a | MiB | 0 | 1.5 | 1.5 | 0.25 |\n"
	if got := Table([]*Series{s}); !strings.HasSuffix(got, "|---|\n"+want) {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestSVG parses a picture with names that XML must escape.
func TestSVG(t *testing.T) {
	two := of(0, values(func(i int) float64 { return float64(i) }), []float64{7})
	two.Unit = "a & b"
	none := of(0, values(func(int) float64 { return 0 }))
	var b strings.Builder
	if err := WriteSVG(&b, "<title>", 90*time.Minute, []*Series{two, none}); err != nil {
		t.Fatal(err)
	}
	lines := 0
	for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "path" {
			for _, a := range e.Attr {
				if a.Name.Local == "class" && strings.HasPrefix(a.Value, "line") {
					lines++
				}
			}
		}
	}
	const want = 3 + 2 // the lines, and the legend of the series with two
	if lines != want {
		t.Errorf("%d lines, want %d", lines, want)
	}
	for _, text := range []string{"&lt;title&gt;", "a &amp; b", ">45m<", ">1h30m<"} {
		if !strings.Contains(b.String(), text) {
			t.Errorf("no %s in\n%s", text, &b)
		}
	}
}
