package prom

import (
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/export/front"
)

// TestHostile serves a family that cannot be served before and behind two that can: these must be
// there, and the log says once what is wrong.
func TestHostile(t *testing.T) {
	points := []front.Point{{Value: 1}}
	counter := func(name string, value float64) front.Family {
		return front.Family{Name: name, Kind: front.Counter, Points: []front.Point{{Value: value}}}
	}
	gauge := func(name string, labels ...string) front.Family {
		return front.Family{Name: name, Kind: front.Gauge, Labels: labels,
			Points: []front.Point{{Labels: labels}}}
	}
	buckets := func(v *front.HistogramValue) front.Family {
		return histogramFamily("shop_x", v, nil)
	}
	classic := func(count uint64, bounds []float64, counts ...uint64) front.Family {
		return buckets(&front.HistogramValue{Count: count, Bounds: bounds, Counts: counts})
	}
	native := func(n front.Native) front.Family {
		return buckets(&front.HistogramValue{Native: &n})
	}
	withLE := native(front.Native{})
	withLE.Labels, withLE.Points[0].Labels = []string{"le"}, []string{"1"}
	short := gauge("shop_x", "a")
	short.Points[0].Labels = nil
	for name, tt := range map[string]struct {
		family front.Family
		log    string
	}{
		"no name":          {counter("", 1), "use letters, digits"},
		"name of bytes":    {counter("sh\xffop", 1), "use letters, digits"},
		"name in UTF-8":    {counter("läden", 1), "use letters, digits"},
		"same name":        {counter("shop_a", 9), "collected before with the same name"},
		"other kind":       {gauge("shop_a_total"), "should be a Counter"},
		"other help":       {front.Family{Name: "shop_a", Help: "x", Points: points}, "has help"},
		"ours":             {gauge("go_goroutines"), "go_goroutines"},
		"ours, no gauge":   {gauge("go_gc_duration_seconds"), "go_gc_duration_seconds"},
		"suffix":           {gauge("shop_h_count"), "shop_h"},
		"label of bytes":   {gauge("shop_x", "a\xff"), "is not a label"},
		"reserved label":   {gauge("shop_x", "__name__"), "is not a label"},
		"label twice":      {gauge("shop_x", "a", "a"), "two labels are named"},
		"le":               {withLE, "of histograms is taken"},
		"too few values":   {short, "0 values for 1 labels"},
		"unknown kind":     {front.Family{Name: "shop_x", Kind: 99, Points: points}, "no kind 99"},
		"no buckets":       {buckets(nil), "without buckets"},
		"few counts":       {classic(1, []float64{1}, 1), "1 counts for 1 bounds"},
		"bounds backwards": {classic(0, []float64{2, 1}, 0, 0, 0), "do not ascend"},
		"a count too much": {classic(1, []float64{1}, 1, 1), "not as many hits"},
		"native too much":  {native(front.Native{Zero: 1}), "not as many hits"},
		"scale":            {native(front.Native{Scale: 9}), "the scale is 9"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveFamilies(t, counter("shop_a", 1), tt.family, counter("shop_z", 2),
				histogramFamily("shop_h", &front.HistogramValue{Native: &front.Native{}}, nil))
			for range 2 {
				_, body, _ := s.get(t, "/metrics")
				for _, want := range []string{"\nshop_a_total 1\n", "\nshop_z_total 2\n",
					"\ngo_goroutines "} {
					if !strings.Contains(body, want) {
						t.Errorf("%q is missing:\n%s", want, aboutShop(body))
					}
				}
			}
			if n := strings.Count(s.log.String(), "level=ERROR"); n != 1 ||
				!strings.Contains(s.log.String(), tt.log) {
				t.Errorf("%d errors in the log, want one with %q:\n%s", n, tt.log, s.log)
			}
		})
	}
}

// TestMadeValid serves what OpenMetrics does not allow, changed so that it does.
func TestMadeValid(t *testing.T) {
	s := serveFamilies(t,
		front.Family{Name: "shop_a", Unit: "bytes", Help: "\xff", Labels: []string{"user"},
			Points: []front.Point{
				{Labels: []string{"\xfe\n"}, Value: 1}, {Labels: []string{"\xff"}, Value: 2},
				{Labels: []string{"Ädä"}, Value: 3,
					Exemplar: &front.Exemplar{TraceID: strings.Repeat("a", 129)}},
			}},
		front.Family{Name: "shop_b_seconds_total", Unit: "seconds", Points: []front.Point{{Value: 4}}})
	_, body, _ := s.get(t, "/metrics", openMetrics)
	for _, want := range []string{
		`shop_a_total{user="\\xfe\n"} 1.0` + "\n", `shop_a_total{user="\\xff"} 2.0` + "\n",
		`shop_a_total{user="Ädä"} 3.0` + "\n", "shop_b_seconds_total 4.0\n",
		"# UNIT shop_b_seconds seconds\n",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing:\n%s", want, aboutShop(body))
		}
	}
	if strings.Contains(body, "UNIT shop_a") {
		t.Error("a unit that is not in the name is served")
	}
	if log := s.log.String(); strings.Contains(log, "ERROR") {
		t.Errorf("something was refused:\n%s", log)
	}
}
