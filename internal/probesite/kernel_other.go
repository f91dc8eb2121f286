//go:build !linux || (!amd64 && !arm64)

package probesite

import "github.com/go-usdt/usdt/internal/elf"

// Host is the machine of this process, EM_NONE on a platform that can have no probes.
const Host = elf.EM_NONE

func best() Form { return Nop }
