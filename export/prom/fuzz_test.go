package prom

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/go-usdt/usdt/internal/export/front"
)

// FuzzFamily serves a family of any texts and numbers between two good ones, in each format. What
// is served must be readable, with as many families in text as in protobuf, and the good ones must
// be there.
func FuzzFamily(f *testing.F) {
	f.Add("shop_took_seconds", "How\nlong.", "seconds", "customer", "Ada", 2, 1.5, uint64(3), int32(2))
	f.Add("", "", "", "", "", 0, 0.0, uint64(0), int32(0))
	f.Add("shop_a", "\xff", "a", "le", "\xff\n\"\\", 1, -1.0, uint64(1<<63), int32(-9))
	f.Fuzz(func(t *testing.T, name, help, unit, label, value string, kind int, number float64,
		count uint64, scale int32) {
		family := front.Family{Name: name, Help: help, Unit: unit, Kind: front.Kind(kind % 4),
			Labels: []string{label}, Points: []front.Point{{
				Labels: []string{value}, Value: number, Start: started,
				Exemplar: &front.Exemplar{TraceID: value, SpanID: label, Value: number, Time: started},
				HistogramValue: &front.HistogramValue{Count: count, Sum: number,
					Bounds: []float64{number}, Counts: []uint64{count, 0},
					Native: &front.Native{Scale: scale, Positive: map[int32]uint64{scale: count}}},
			}}}
		before := front.Family{Name: "aa_good", Points: []front.Point{{Value: 6}}}
		behind := front.Family{Name: "zz_good", Points: []front.Point{{Value: 7}}}
		s := newScraper(front.Setup{
			Log: slog.New(slog.DiscardHandler),
			Collect: func(context.Context) ([]front.Family, error) {
				return []front.Family{before, family, behind}, nil
			},
		})
		served := scrapeBy(t, s, protobuf)
		if served["aa_good_total"] != 6 || served["zz_good_total"] != 7 {
			t.Fatalf("a good family is missing: %v", served)
		}
		for _, accept := range []string{"Accept: text/plain", openMetrics} {
			if n := len(scrapeBy(t, s, accept)); n != 0 && n != len(served) {
				t.Fatalf("%s: %d families, in protobuf %d", accept, n, len(served))
			}
		}
	})
}

// scrapeBy returns the values of the counters of a scrape, and 0 for other families. It returns
// none for OpenMetrics, for which that package has no reader: there it only looks at the end.
func scrapeBy(t *testing.T, s http.Handler, accept string) map[string]float64 {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", strings.TrimPrefix(accept, "Accept: "))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", accept, w.Code, w.Body)
	}
	if accept == openMetrics {
		if !strings.HasSuffix(w.Body.String(), "\n# EOF\n") {
			t.Fatal("the text does not end with # EOF")
		}
		return nil
	}
	decoder := expfmt.NewDecoder(w.Body, expfmt.ResponseFormat(w.Header()))
	values := make(map[string]float64)
	for {
		var f dto.MetricFamily
		if err := decoder.Decode(&f); errors.Is(err, io.EOF) {
			return values
		} else if err != nil {
			t.Fatal(err)
		}
		if !model.LegacyValidation.IsValidMetricName(f.GetName()) || len(f.GetMetric()) == 0 {
			t.Fatalf("a family is wrong: %v", &f)
		}
		values[f.GetName()] = f.GetMetric()[0].GetCounter().GetValue()
	}
}
