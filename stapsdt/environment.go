//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"fmt"
	"os"

	"github.com/go-usdt/usdt/internal/linux"
)

// The environment is the operator's only if the program has no more rights than the user who
// started it. That user could otherwise have the program run his code, from a file of his.

// chooseBacking returns the operator's choice, or else the program's.
func (p *Provider) chooseBacking() (Backing, error) {
	switch v := linux.SecureGetenv("STAPSDT_BACKING"); v {
	case "":
		return p.backing, nil
	case MemfdBacking.String():
		return MemfdBacking, nil
	case FileBacking.String():
		return FileBacking, nil
	default:
		return 0, fmt.Errorf("%w: STAPSDT_BACKING=%q, set it to memfd or file, or unset it", ErrArgs, v)
	}
}

// directories returns those that may hold named files, the preferred first.
func (p *Provider) directories() []string {
	if linux.Secure() {
		return []string{p.dir, "/tmp"}
	}
	return []string{os.Getenv("STAPSDT_DIR"), p.dir, os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()}
}
