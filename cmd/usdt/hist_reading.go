//go:build linux

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A histReading is what a distribution has counted so far.
type histReading struct {
	groups     []histGroup
	unreadable uint64 // hits without the argument, or the one to group by
	lost       uint64 // hits that found no place
}

// A histGroup is the histogram of one value of the argument to group by, or the only one.
type histGroup struct {
	by        any // string, int64 or uint64, or nil
	histogram *histogram.Histogram
}

// byKind is how the argument to group by is understood.
type byKind int

const (
	byNothing byKind = iota
	byUnsigned
	bySigned
	byText
)

// readHist reads a distribution. Its groups are in order, those with most values first.
func readHist(d *uprobe.Distribution, kind byKind) (histReading, error) {
	groups, err := d.Read()
	if err != nil {
		return histReading{}, err
	}
	var r histReading
	for _, g := range groups {
		r.groups = append(r.groups, histGroup{kind.value(g), g.Histogram})
	}
	slices.SortFunc(r.groups, func(a, b histGroup) int {
		return cmp.Or(cmp.Compare(b.histogram.Total(), a.histogram.Total()), compareBy(a.by, b.by))
	})
	if r.unreadable, err = d.Unreadable(); err != nil {
		return r, err
	}
	r.lost, err = d.Lost()
	return r, err
}

func (k byKind) value(g uprobe.Group) any {
	switch k {
	case byText:
		return g.Text
	case bySigned:
		return int64(g.By)
	case byUnsigned:
		return g.By
	}
	return nil
}

// compareBy orders values of one kind.
func compareBy(a, b any) int {
	switch a := a.(type) {
	case string:
		return cmp.Compare(a, b.(string))
	case int64:
		return cmp.Compare(a, b.(int64))
	case uint64:
		return cmp.Compare(a, b.(uint64))
	}
	return 0
}

// name says which group it is. Text of the program is quoted.
func (g histGroup) name(by int) string {
	switch v := g.by.(type) {
	case nil:
		return ""
	case string:
		return fmt.Sprintf("arg%d = %s", by, strconv.Quote(v))
	default:
		return fmt.Sprintf("arg%d = %d", by, v)
	}
}
