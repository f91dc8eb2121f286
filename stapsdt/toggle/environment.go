package toggle

import (
	"fmt"
	"log"
	"os"

	"github.com/go-usdt/usdt/internal/linux"
	"github.com/go-usdt/usdt/stapsdt"
)

// init starts the toggle that the operator asks for. The program may know nothing of it.
func init() {
	name := linux.SecureGetenv("STAPSDT_TOGGLE")
	if name == "" {
		return
	}
	if err := startByName(name); err != nil {
		log.Print(err)
	}
}

func startByName(name string) error {
	s, ok := byName[name]
	if !ok && len(byName) > 0 {
		return fmt.Errorf("toggle: %w: STAPSDT_TOGGLE=%q, set it to SIGUSR2, SIGUSR1 or SIGHUP",
			stapsdt.ErrArgs, name)
	}
	if !ok {
		return fmt.Errorf("toggle: %w: STAPSDT_TOGGLE=%q on a system without such signals",
			stapsdt.ErrUnsupported, name)
	}
	process.Lock()
	defer process.Unlock()
	process.operators = []os.Signal{s}
	t, err := start(process.operators)
	if err == nil {
		t.report = logReport
	}
	return err
}
