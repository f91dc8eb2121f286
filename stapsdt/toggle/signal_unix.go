//go:build unix

package toggle

import (
	"os"
	"syscall"
)

// usual are the signals that toggle if the program names none.
var usual = []os.Signal{syscall.SIGUSR2}

// uncatchable are those that no program receives.
var uncatchable = []os.Signal{syscall.SIGKILL, syscall.SIGSTOP}

// byName has the signals that the operator can choose: those that programs leave unused, or use to
// read their configuration.
var byName = map[string]os.Signal{
	"SIGUSR2": syscall.SIGUSR2,
	"SIGUSR1": syscall.SIGUSR1,
	"SIGHUP":  syscall.SIGHUP,
}
