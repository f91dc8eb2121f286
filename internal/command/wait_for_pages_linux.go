package command

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// check reports that the processes or the kernel do not allow the flag.
func (w waitForPages) check(s scope) error {
	switch {
	case !bool(w):
		return nil
	case s.all || s.describes() || s.children:
		return usagef("--wait-for-pages takes --pid alone: any process could then hold up all tracers")
	case !kernel.Running().Expected().Sleep:
		return fmt.Errorf("--wait-for-pages takes Linux %v or later", kernel.Sleep.Since)
	}
	return nil
}
