//go:build !linux

package embed

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

// Declared takes Linux.
func (p *Program) Declared(context.Context, string) (List, error) {
	return List{}, fmt.Errorf("programs for Linux do not run on %s: %w", runtime.GOOS,
		errors.ErrUnsupported)
}
