package stapsdt_test

import (
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestIdleChanges: a probe is fired while Load finds it elsewhere, such as in the program's file
// and no longer in an image. The race detector has nothing to say, and nothing is entered.
func TestIdleChanges(t *testing.T) {
	p := stapsdt.MustProvider("idle")
	defer p.Close()
	probe := stapsdt.MustProbe1[int](p, "changes")
	done, fired := make(chan bool), make(chan bool, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				close(fired)
				return
			default:
				probe.Fire(i)
			}
			if i == 1000 {
				fired <- true
			}
		}
	}()
	changes := 0
	for running := true; running; changes++ {
		probe.ChangeIdle()
		select {
		case <-fired:
			running = false
		default:
		}
	}
	close(done)
	<-fired
	if probe.Enabled() {
		t.Errorf("after %d changes the probe is enabled", changes)
	}
}
