package probesite

import "github.com/go-usdt/usdt/internal/elf"

const host = elf.EM_AARCH64

// best asks nobody: there is one form.
func best() Form { return Nop }
