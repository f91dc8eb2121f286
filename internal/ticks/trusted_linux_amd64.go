package ticks

import (
	"os"
	"strings"
)

// isTrusted reports whether the kernel offers the TSC as a clock. It takes the TSC off its list
// when it sees that the processors' differ. Where there is no list, the processor's word counts.
func isTrusted() bool {
	const list = "/sys/devices/system/clocksource/clocksource0/available_clocksource"
	names, err := os.ReadFile(list)
	return err != nil || offersTSC(string(names))
}

// offersTSC takes the names of clocks with a space after each.
func offersTSC(names string) bool { return strings.Contains(" "+names, " tsc ") }
