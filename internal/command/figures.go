package command

import (
	"fmt"
	"io"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// writeHistogram draws the histogram, in lines of at most width columns, and writes its figures.
func (v *histView) writeHistogram(w io.Writer, width int, h *histogram.Histogram) error {
	if err := h.Draw(w, width); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s\n", v.figures(h))
	return err
}
