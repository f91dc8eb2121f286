package probesite

import "github.com/go-usdt/usdt/internal/elf"

// Host is the machine of this process, EM_NONE on a platform that can have no probes.
const Host = elf.EM_AARCH64

// best need not ask the kernel: there is one form.
func best() Form { return Nop }
