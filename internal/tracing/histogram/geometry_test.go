package histogram

import (
	"encoding/xml"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A box is a rectangle on the page: of a text, or of a line, which has no width or no height.
type box struct{ left, top, right, bottom float64 }

func (b box) String() string {
	return fmt.Sprintf("%.1f..%.1f, %.1f..%.1f", b.left, b.right, b.top, b.bottom)
}

// meets reports whether two boxes have a point in common, other than on an edge of a text.
func (b box) meets(other box) bool {
	return b.left < other.right && other.left < b.right &&
		b.top < other.bottom && other.top < b.bottom
}

// An element of a picture.
type element struct {
	XMLName   xml.Name
	Class     string    `xml:"class,attr"`
	X         float64   `xml:"x,attr"`
	Y         float64   `xml:"y,attr"`
	X1        float64   `xml:"x1,attr"`
	X2        float64   `xml:"x2,attr"`
	Y1        float64   `xml:"y1,attr"`
	Y2        float64   `xml:"y2,attr"`
	DX        float64   `xml:"dx,attr"`
	DY        float64   `xml:"dy,attr"`
	Anchor    string    `xml:"text-anchor,attr"`
	Transform string    `xml:"transform,attr"`
	Text      string    `xml:",chardata"`
	Children  []element `xml:",any"`
}

// textBox is where a text is, at most: its letters are of a common font without serifs, as Chromium
// draws them.
func (e element) textBox() box {
	size, perLetter := 11.0, 0.6
	switch e.Class {
	case "title":
		size, perLetter = 16, 0.72 // bold
	case "name":
		size, perLetter = 13, 0.72
	}
	width := float64(utf8.RuneCountInString(e.Text)) * size * perLetter
	x, y := e.X+e.DX, e.Y+e.DY
	switch e.Anchor {
	case "middle":
		x -= width / 2
	case "end":
		x -= width
	}
	return box{x, y - 0.75*size, x + width, y + 0.22*size}
}

// A layout is the places of the texts and lines of a picture.
type layout struct {
	texts []placedText
	lines []box
}

type placedText struct {
	text string
	box
}

func (l *layout) add(e element, dx, dy float64) {
	if e.Transform != "" {
		var x, y float64
		if _, err := fmt.Sscanf(e.Transform, "translate(%g %g)", &x, &y); err != nil {
			panic(err)
		}
		dx, dy = dx+x, dy+y
	}
	moved := func(b box) box { return box{b.left + dx, b.top + dy, b.right + dx, b.bottom + dy} }
	switch e.XMLName.Local {
	case "text":
		l.texts = append(l.texts, placedText{e.Text, moved(e.textBox())})
	case "line":
		const half = 0.5 // of its width
		l.lines = append(l.lines, moved(box{e.X1 - half, e.Y1 - half, e.X2 + half, e.Y2 + half}))
	}
	for _, child := range e.Children {
		l.add(child, dx, dy)
	}
}

// check reports texts that a line crosses, that overlap, or that are not on the page.
func (l *layout) check(t *testing.T, page box) {
	t.Helper()
	for i, text := range l.texts {
		for _, line := range l.lines {
			if text.meets(line) {
				t.Errorf("a line (%v) crosses %q (%v)", line, text.text, text.box)
			}
		}
		for _, other := range l.texts[i+1:] {
			if text.meets(other.box) {
				t.Errorf("%q (%v) overlaps %q (%v)", text.text, text.box, other.text, other.box)
			}
		}
		if text.left < page.left || text.right > page.right || text.bottom > page.bottom {
			t.Errorf("%q (%v) is not on the page (%v)", text.text, text.box, page)
		}
	}
}

// Of no picture is a label crossed by a line or by another label, whatever the values are.
func TestLabelsAreClear(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	groups := map[string][]Group{
		"sizes": {{"", sizes()}}, "latency": {{"", latencies(1)}}, "none": {{"", &Histogram{}}},
		"latencies": {{"GET", latencies(1)}, {"PUT", latencies(9)}, {"", &Histogram{Unit: Nanoseconds}}},
		"negative":  {{"", of(Log2(), math.MinInt64, -5, -1)}},
		"largest":   {{"a", of(Log2(), math.MaxInt64)}, {"b", of(Log2(), math.MaxInt64-1, 1<<60)}},
		"outside":   {{"", of(mustLinear(t, 0, 50, 10), -1, 5, 6, 45, 70, 80)}},
		"above":     {{"", of(mustLinear(t, 0, 50, 10), 70, 80)}},
		"rows":      {{"", of(mustLinear(t, 0, 10000, 1), 3, 7000, 9999)}},
		"huge": {{"a", of(mustLinear(t, math.MinInt64, math.MaxInt64, 1<<60), 1, 1<<62)},
			{"b", of(mustLinear(t, math.MinInt64, math.MaxInt64, 1<<60), -1, -1<<62)}},
	}
	for i := range 300 {
		groups[fmt.Sprintf("random %d", i)] = randomGroups(random)
	}
	for name, groups := range groups {
		t.Run(name, func(t *testing.T) {
			picture, s := draw(t, strings.Repeat("shop:order_start ", len(groups)*4), groups...)
			var root element
			if err := xml.Unmarshal(picture, &root); err != nil {
				t.Fatal(err)
			}
			var l layout
			l.add(root, 0, 0)
			if len(l.texts) <= len(groups) || len(l.lines) < len(groups) {
				t.Fatalf("found %d texts and %d lines", len(l.texts), len(l.lines))
			}
			l.check(t, box{0, 0, s.Width, s.Height})
			if t.Failed() {
				t.Logf("%s", picture)
			}
		})
	}
}

// randomGroups returns up to five histograms of values of all magnitudes.
func randomGroups(random *rand.Rand) []Group {
	unit, signed := []Unit{Number, Nanoseconds, {Name: "B"}}[random.IntN(3)], random.IntN(2) == 0
	var groups []Group
	for range 1 + random.IntN(5) {
		h := &Histogram{Unit: unit}
		shift := random.IntN(64)
		for range random.IntN(200) {
			v := random.Uint64() >> shift >> random.IntN(12)
			number, count := integer.Of(v, signed), 1+random.Uint64N(5000)
			h.AddBucket(h.Scale.Bucket(v, signed), count, float64(count)*number.Float(), number)
		}
		groups = append(groups, Group{strings.Repeat("path", random.IntN(40)), h})
	}
	return groups
}
