package stapsdthttp

import (
	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// addedUp has the stats of arguments in the events of a row. The zero value is that of no
// arguments.
type addedUp struct {
	args []argument
	came []integer.Stats // since the last reading, by index of argument
	all  []integer.Stats // since the beginning
}

func newAddedUp(args []argument) addedUp {
	n := len(args)
	stats := make([]integer.Stats, 2*n)
	return addedUp{args, stats[:n:n], stats[n:]}
}

// add adds the values that an event has at the places of the arguments.
func (a addedUp) add(v *view, places []int) {
	for i, place := range places {
		if bits, signed, ok := v.Int(place); ok {
			value := integer.StatsOf(integer.Of(bits, signed))
			a.came[i].Add(value)
			a.all[i].Add(value)
		}
	}
}

// next begins an interval.
func (a addedUp) next() { clear(a.came) }

func (a addedUp) interval() map[string]reading.Stats { return a.json(a.came) }

func (a addedUp) whole() map[string]reading.Stats { return a.json(a.all) }

func (a addedUp) json(stats []integer.Stats) map[string]reading.Stats {
	if len(stats) == 0 {
		return nil
	}
	j := make(map[string]reading.Stats)
	for i, s := range stats {
		j[a.args[i].String()] = reading.NewStats(s)
	}
	return j
}
