//go:build !unix

package toggle

import "os"

// This system has none of the signals that toggle elsewhere.
var (
	usual       []os.Signal
	uncatchable = []os.Signal{os.Kill}
	byName      map[string]os.Signal
)
