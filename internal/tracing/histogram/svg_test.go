package histogram

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// An svg has the parts of a picture that the tests check.
type svg struct {
	Width  float64 `xml:"width,attr"`
	Height float64 `xml:"height,attr"`
	Title  string  `xml:"title"`
	Panels []struct {
		Bars []struct {
			X      float64 `xml:"x,attr"`
			Y      float64 `xml:"y,attr"`
			Width  float64 `xml:"width,attr"`
			Height float64 `xml:"height,attr"`
			Title  string  `xml:"title"`
		} `xml:"rect"`
		Lines []struct {
			Class string  `xml:"class,attr"`
			X     float64 `xml:"x1,attr"`
		} `xml:"line"`
		Texts []string `xml:"text"`
	} `xml:"g"`
}

func draw(t *testing.T, title string, groups ...Group) ([]byte, svg) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSVG(&b, title, groups); err != nil {
		t.Fatal(err)
	}
	var s svg
	if err := xml.Unmarshal(b.Bytes(), &s); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if bytes.Contains(b.Bytes(), []byte("NaN")) || bytes.Contains(b.Bytes(), []byte("Inf")) {
		t.Errorf("NaN or an infinity in\n%s", b.String())
	}
	if len(s.Panels) != len(groups) {
		t.Fatalf("got %d panels for %d groups", len(s.Panels), len(groups))
	}
	return b.Bytes(), s
}

func TestWriteSVG(t *testing.T) {
	groups := []Group{
		{"GET", latencies(1)}, {"PUT", latencies(9)}, {"DELETE", &Histogram{Unit: Nanoseconds}},
	}
	for name, groups := range map[string][]Group{
		"log2.svg": {{"", sizes()}}, "latency.svg": groups[:1], "groups.svg": groups,
	} {
		picture, _ := draw(t, "shop:order latency", groups...)
		golden(t, name, picture)
	}
}

// TestBars: each row with values has one bar, which says its range and count, and whose height is
// proportional to its count.
func TestBars(t *testing.T) {
	h := sizes()
	h.Counts[Log2().Bucket(100, false)] = 1000 // the other bars get the least height
	linear := of(mustLinear(t, 0, 50, 10), -1, 5, 6, 45, 70)
	for _, h := range []*Histogram{sizes(), h, latencies(1), linear} {
		_, s := draw(t, "title", Group{"name", h})
		bars := s.Panels[0].Bars
		rows := h.Rows()
		high := float64(highest(rows))
		var tallest float64
		for _, bar := range bars {
			tallest = max(tallest, bar.Height)
		}
		for _, row := range rows {
			if row.Count == 0 {
				continue
			}
			if len(bars) == 0 {
				t.Fatalf("no bar for %v", row)
			}
			bar := bars[0]
			bars = bars[1:]
			if want := fmt.Sprintf("%s: %d", row.Label, row.Count); bar.Title != want {
				t.Errorf("got a bar for %q, want %q", bar.Title, want)
			}
			want := max(float64(row.Count)/high*tallest, minHeight)
			if math.Abs(bar.Height-want) > 0.02 {
				t.Errorf("%s: height %v, want %v", bar.Title, bar.Height, want)
			}
			if bar.X < 0 || bar.Y < 0 || bar.X+bar.Width > s.Width || bar.Y+bar.Height > s.Height {
				t.Errorf("%s: bar %+v is outside of the picture", bar.Title, bar)
			}
		}
		if len(bars) > 0 {
			t.Errorf("bars for nothing: %+v", bars)
		}
	}
}

func TestBarsOfManyRows(t *testing.T) {
	h := of(mustLinear(t, 0, 10000, 1))
	h.Counts = map[int]uint64{}
	for i := range 10000 {
		h.Counts[i] = 1
	}
	_, s := draw(t, "title", Group{"", h})
	bars := s.Panels[0].Bars
	if len(bars) == 0 || len(bars) > maxBars {
		t.Fatalf("%d bars", len(bars))
	}
	if want := "[0, 84): 84"; bars[0].Title != want {
		t.Errorf("got %s, want %s", bars[0].Title, want)
	}
}

// TestPanelsShareTheAxis: the same value is at the same place in all panels.
func TestPanelsShareTheAxis(t *testing.T) {
	_, s := draw(t, "title", Group{"a", of(Log2(), 1, 100)}, Group{"b", of(Log2(), 100, 1<<20)})
	a, b := s.Panels[0].Bars[1], s.Panels[1].Bars[0]
	if a != b {
		t.Errorf("got %+v and %+v", a, b)
	}
}

func TestPercentileLines(t *testing.T) {
	h := &Histogram{Unit: Nanoseconds}
	for range 100 {
		h.Add(20, false)
	}
	_, s := draw(t, "title", Group{"", h})
	panel := s.Panels[0]
	x := panel.Bars[0].X + math.Log2(20.0/16)*(panel.Bars[0].Width+1) // and a gap
	n := 0
	for _, line := range panel.Lines {
		if line.Class != "mark" {
			continue
		}
		n++
		if math.Abs(line.X-x) > 0.02 {
			t.Errorf("a percentile at %v, want %v", line.X, x)
		}
	}
	if n != len(percents) {
		t.Errorf("got %d percentiles, want %d", n, len(percents))
	}
	texts := strings.Join(panel.Texts, "|")
	if !strings.Contains(texts, "|p50 20ns|p90 20ns|p99 20ns") {
		t.Errorf("texts: %s", texts)
	}
}

func TestSVGOfHostileText(t *testing.T) {
	hostile := "</title><script>alert(1)</script>&\"'\x00\x1b\xff]]>"
	picture, s := draw(t, hostile, Group{hostile, sizes()})
	if bytes.Contains(picture, []byte("<script")) {
		t.Errorf("a text became an element:\n%s", picture)
	}
	if !strings.Contains(s.Title, "<script>alert(1)</script>&\"'") {
		t.Errorf("title: %q", s.Title)
	}
}

func TestLongNameIsCut(t *testing.T) {
	_, s := draw(t, "title", Group{strings.Repeat("é", 500), sizes()})
	if name := s.Panels[0].Texts[0]; !strings.HasSuffix(name, "é…") || len([]rune(name)) > 100 {
		t.Errorf("got %q", name)
	}
}

func TestNothingToDraw(t *testing.T) {
	draw(t, "title")
	_, s := draw(t, "title", Group{"", &Histogram{}})
	if texts := strings.Join(s.Panels[0].Texts, "|"); !strings.Contains(texts, "no values") {
		t.Errorf("texts: %s", texts)
	}
}

func TestTicks(t *testing.T) {
	for highest, want := range map[uint64]string{
		0: "[0]", 1: "[0 1]", 4: "[0 1 2 3 4]", 5: "[0 2 4]", 99: "[0 20 40 60 80]",
		101: "[0 50 100]", 1000: "[0 500 1000]",
		math.MaxUint64: "[0 5000000000000000000 10000000000000000000 15000000000000000000]",
	} {
		if got := fmt.Sprint(ticks(highest)); got != want {
			t.Errorf("ticks(%d): got %s, want %s", highest, got, want)
		}
	}
	for n, want := range map[uint64]string{
		0: "0", 500: "500", 20000: "20k", 1500000: "1500k", 5e18: "5E",
	} {
		if got := decimal(n); got != want {
			t.Errorf("decimal(%d): got %s, want %s", n, got, want)
		}
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestErrorsOfTheWriter(t *testing.T) {
	if err := sizes().Draw(full{}, 80); !errors.Is(err, errFull) {
		t.Errorf("Draw: got %v", err)
	}
	if err := WriteSVG(full{}, "title", nil); !errors.Is(err, errFull) {
		t.Errorf("WriteSVG: got %v", err)
	}
}
