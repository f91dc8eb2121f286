package command

import (
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// findGoroutines finds the goroutines of the selected probes, and of those that come later. It
// fails if those of one are not known.
func (s *selection) findGoroutines() error {
	v, first := s.inventory, s.probes[0]
	for _, o := range s.objects {
		if len(o.Signatures) == 0 {
			return fmt.Errorf("the probes of %s are not entered by goroutines: they are not those of a "+
				"program in Go with this library", printable.Quote(o.Name))
		}
	}
	v.findsGoroutines = true
	s.probes = v.probesIn(s.objects)
	if !isNamesake(s.probes[0], first) { // of a pair, the start comes first
		slices.Reverse(s.probes)
	}
	return v.unknownGoroutines
}

// goroutinesOf returns what Site.GoroutineID is in each process that has objects, if anybody wants
// to know. Only probes of this library are entered by goroutines: those of C have threads.
func (v *inventory) goroutinesOf(objects []process.Object) map[int]int64 {
	ids := make(map[int]int64)
	for _, o := range objects {
		if _, known := ids[o.PID]; known || !v.findsGoroutines || len(o.Signatures) == 0 {
			continue
		}
		id, err := v.reader.GoroutineID(o.PID)
		if err != nil {
			v.unknownGoroutines = err
		}
		ids[o.PID] = id
	}
	return ids
}
