package main

import (
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// awaitInterval is how often a command is looked at that has no probes yet.
const awaitInterval = 20 * time.Millisecond

// awaitProbes lets the command run when none of its files has what enough asks for, until its
// process has. When the command ends before, the inventory stays as it is.
func (v *inventory) awaitProbes(what string, enough func() bool) error {
	c := v.scope.command
	if c == nil || enough() {
		return nil
	}
	warn(c.stderr, "the files of %v have no %s; waiting for it to load them", c, what)
	if err := c.run(); err != nil {
		return err
	}
	again := time.NewTicker(awaitInterval)
	defer again.Stop()
	before := v.objects
	for {
		select {
		case <-c.ended:
			v.objects = before
			return nil
		case <-again.C:
		}
		var objects []process.Object
		if objects, _ = v.reader.Read(c.launch.PID(), false); len(objects) == 0 {
			continue // it ends, or has just begun
		}
		v.objects, v.room = nil, newRoom(v.scope)
		if v.add(objects); enough() {
			return nil
		}
	}
}
