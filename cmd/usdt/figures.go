package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// percentiles are the percentiles that are written of every histogram.
var percentiles = []float64{50, 90, 99}

// figures describes the values of a histogram in one line.
func figures(h *histogram.Histogram) string {
	var b strings.Builder
	fmt.Fprintf(&b, "count %d  mean %s", h.Total(), h.Unit.Format(h.Mean()))
	for _, p := range percentiles {
		fmt.Fprintf(&b, "  p%g %s", p, h.FormatPercentile(p))
	}
	fmt.Fprintf(&b, "  max %s", h.Unit.FormatInteger(h.Max))
	return b.String()
}

// writeHistogram draws the histogram, in lines of at most width columns, and writes its figures.
func writeHistogram(w io.Writer, width int, h *histogram.Histogram) error {
	if err := h.Draw(w, width); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s\n", figures(h))
	return err
}
