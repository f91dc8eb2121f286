package probesite

import "debug/elf"

const host = elf.EM_AARCH64

// best asks nobody: there is one form.
func best() Form { return Nop }
