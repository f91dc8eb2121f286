//go:build linux && (amd64 || arm64)

package static

import (
	"unsafe"

	"github.com/go-usdt/usdt/stapsdt"
)

func init() { stapsdt.UseSlots(address()) }

// address returns where the block of slots is.
func address() unsafe.Pointer
