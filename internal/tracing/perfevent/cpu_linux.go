package perfevent

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// OnlineCPUs returns the numbers of all processors that are online, including those that this
// process may not use.
func OnlineCPUs() ([]int, error) {
	const file = "/sys/devices/system/cpu/online"
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("find processors: %w", err)
	}
	return parseCPUs(strings.TrimSpace(string(text)))
}

// maxCPUs is more than any kernel can be built for.
const maxCPUs = 1 << 16

// parseCPUs parses a list in ascending order, such as 0-3,8.
func parseCPUs(list string) ([]int, error) {
	var cpus []int
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("list of processors %q: %w", list, err)
		}
		to, err := strconv.Atoi(last)
		if err != nil {
			return nil, fmt.Errorf("list of processors %q: %w", list, err)
		}
		if from < len(cpus) || from > to || to >= maxCPUs {
			return nil, fmt.Errorf("list of processors %q: %q is no range", list, part)
		}
		for cpu := from; cpu <= to; cpu++ {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}
