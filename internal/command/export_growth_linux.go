package command

import (
	"fmt"
	"strings"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A growth is what groups have had by the last time, to know what has come since.
type growth struct {
	before   map[string]grown // by the id of a key
	unplaced uint64
}

// A grown is what a group has had, and the process that it is of; 0 if it is of many.
type grown struct {
	values *histogram.Histogram
	pid    int
}

// take returns what the groups have in addition.
func (g *growth) take(l exportLabels, groups []uprobe.Group) (all []collect.Hits) {
	before := g.before
	g.before, g.unplaced = make(map[string]grown, len(groups)), 0
	for _, group := range groups {
		g.unplaced += group.Unplaced
		id := keyID(group.Key)
		g.before[id] = grown{group.Histogram, processOf(l.by, group.Key)}
		since := group.Histogram.Since(before[id].values)
		if since.Total() == 0 {
			continue
		}
		h := collect.Hits{Count: since.Total(), Values: since}
		if len(group.Key) == len(l.by) {
			h.Labels, h.Resource = l.values(group.Key, "")
		}
		all = append(all, h)
	}
	return all
}

// forget forgets the groups of processes that are over: other processes can get their ids.
func (g *growth) forget(over map[int]bool) {
	for id, group := range g.before {
		if over[group.pid] {
			delete(g.before, id)
		}
	}
}

// processes returns the processes that groups are of.
func (g *growth) processes() map[int]bool {
	pids := make(map[int]bool)
	for _, group := range g.before {
		if group.pid != 0 {
			pids[group.pid] = true
		}
	}
	return pids
}

// processOf returns the process in the key of a group; 0 if it has none.
func processOf(by []uprobe.By, key []uprobe.KeyValue) int {
	for i, b := range by {
		if b.Argument == uprobe.Process && i < len(key) {
			return int(key[i].Int.Bits) // #nosec G115 -- the id of a process
		}
	}
	return 0
}

// keyID tells keys apart.
func keyID(key []uprobe.KeyValue) string {
	var b strings.Builder
	for _, v := range key {
		fmt.Fprintf(&b, "%s %q %t,", v.Int, v.Text, v.IsCut)
	}
	return b.String()
}
