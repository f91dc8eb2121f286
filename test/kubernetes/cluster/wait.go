package cluster

import (
	"fmt"
	"time"
)

// patience is how long something may take, on a machine ten times slower than usual.
const patience = 10 * time.Minute

// Eventually tries something until it succeeds.
func Eventually(what string, try func() error) error {
	const pause = 100 * time.Millisecond
	for start := time.Now(); ; time.Sleep(pause) {
		err := try()
		if err == nil {
			return nil
		}
		if time.Since(start) > patience {
			return fmt.Errorf("%s: after %v: %w", what, patience, err)
		}
	}
}
