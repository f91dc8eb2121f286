package histogram

import (
	"math"
	"strconv"
)

// An axis is the range of rows that all panels show.
type axis struct {
	first, last int
	empty       bool
}

func sharedAxis(groups []Group) axis {
	a := axis{empty: true}
	for _, g := range groups {
		first, last, ok := g.Histogram.span()
		switch {
		case !ok:
		case a.empty:
			a = axis{first: first, last: last}
		default:
			a.first, a.last = min(a.first, first), max(a.last, last)
		}
	}
	return a
}

// rows returns the rows of h, at most maxBars of them on a linear scale: if there are more, several
// become one.
func (a axis) rows(h *Histogram) []Row {
	if a.empty {
		return nil
	}
	rows := h.rows(a.first, a.last)
	together := (len(rows) + maxBars - 1) / maxBars
	if !h.Scale.Linear || together == 1 {
		return rows
	}
	var list []Row
	for ; len(rows) > 0; rows = rows[min(together, len(rows)):] {
		list = append(list, h.joined(rows[:min(together, len(rows))]))
	}
	return list
}

func (h *Histogram) joined(rows []Row) Row {
	row := Row{Lo: rows[0].Lo, Hi: rows[len(rows)-1].Hi}
	for _, r := range rows {
		row.Count += r.Count
	}
	row.Label = h.label(row.Lo, row.Hi)
	return row
}

// place returns where a value is on the axis of rows, from 0 to 1. All rows are equally wide.
func (s Scale) place(rows []Row, v float64) float64 {
	for i, row := range rows {
		if v < row.Hi {
			return (float64(i) + s.placeIn(row, v)) / float64(len(rows))
		}
	}
	return 1
}

func (s Scale) placeIn(r Row, v float64) float64 {
	switch width := r.Hi - r.Lo; {
	case width == 1 || math.IsInf(width, 0):
		return 0.5
	case !s.Linear && r.Lo > 0:
		return math.Log2(v / r.Lo)
	default:
		return (v - r.Lo) / width
	}
}

// ticks returns round counts from 0 to highest, about four of them.
func ticks(highest uint64) []uint64 {
	step := uint64(1)
	for i := 0; highest/step > 4; i++ {
		step = step / []uint64{1, 2, 5}[i%3] * []uint64{2, 5, 10}[i%3]
	}
	list := []uint64{0}
	for tick := step; tick <= highest && tick > list[len(list)-1]; tick += step {
		list = append(list, tick)
	}
	return list
}

// decimal writes a round count: 500, 20k, 1500k.
func decimal(n uint64) string {
	suffix := ""
	for _, next := range []string{"k", "M", "G", "T", "P", "E"} {
		if n == 0 || n%1000 != 0 {
			break
		}
		n /= 1000
		suffix = next
	}
	return strconv.FormatUint(n, 10) + suffix
}
