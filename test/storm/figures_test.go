//go:build linux && (amd64 || arm64)

package storm

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/go-usdt/usdt/test/storm/series"
)

// rows returns what the programs and the tracers have done, with the names of the columns.
func (h *hour) rows() [][]string {
	tracers := append(beats, bpftraceBeat)
	rows := [][]string{{"program"}}
	for _, b := range tracers {
		rows[0] = append(rows[0], b.name)
	}
	rows[0] = append(rows[0], "fires", "verified", "lost", "unread", "loads", "providers")
	for _, r := range h.runs {
		row := []string{r.build.name}
		for _, b := range tracers {
			row = append(row, strconv.FormatUint(r.visits[b.name], 10))
		}
		p := r.report
		for _, n := range []uint64{p.Fires, r.verified, r.lost, r.unread, p.Loads, p.Providers} {
			row = append(row, strconv.FormatUint(n, 10))
		}
		rows = append(rows, row)
	}
	return rows
}

// document draws the picture and writes the figures, if that is wanted.
func (h *hour) document(t *testing.T) {
	if !*update || t.Failed() {
		return
	}
	var svg bytes.Buffer
	title := "Tracers attach and detach each second, for " + h.lasted.Round(time.Second).String()
	if err := series.WriteSVG(&svg, title, h.lasted, h.all); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(picture, svg.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	writeFigures(t, "steady", fmt.Sprintf("%s; %v; %d times\n\n%s\n%s", where(t),
		h.lasted.Round(time.Second), h.beats, markdown(h.rows()), series.Table(h.all)))
}
