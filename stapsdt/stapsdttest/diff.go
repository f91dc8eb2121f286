package stapsdttest

import (
	"fmt"
	"slices"
	"strings"
)

// Diff returns the difference of two lists of events, a line for each event, or "" if there is none.
// Lines begin with "-" if the event is only wanted, with "+" if it was only got. [Any] in want stands
// for any argument.
func Diff(want, got []Event) string {
	if slices.EqualFunc(want, got, matches) {
		return ""
	}
	lines := compare(want, got)
	format := Event.String
	if hidesDifference(lines) {
		format = func(e Event) string { return e.format(showType) }
	}
	return render(lines, format)
}

// line is an event of a difference, with its sign: '-', '+', or ' ' if it is in both.
type line struct {
	sign  rune
	event Event
}

// compare returns a difference with few lines.
func compare(want, got []Event) (lines []line) {
	for len(want) > 0 && len(got) > 0 && matches(want[0], got[0]) {
		lines = append(lines, line{' ', got[0]})
		want, got = want[1:], got[1:]
	}
	n := 0 // how many are equal in the end
	for n < min(len(want), len(got)) && matches(want[len(want)-1-n], got[len(got)-1-n]) {
		n++
	}
	lines = append(lines, compareMiddle(want[:len(want)-n], got[:len(got)-n])...)
	for _, e := range got[len(got)-n:] {
		lines = append(lines, line{' ', e})
	}
	return lines
}

// compareMiddle compares what begins and ends with a difference. It finds the longest common
// subsequence, unless that would take long.
func compareMiddle(want, got []Event) (lines []line) {
	const most = 1 << 22
	var common [][]int32
	if len(want)*len(got) <= most {
		common = commonLengths(want, got)
	}
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case common != nil && i < len(want) && j < len(got) && matches(want[i], got[j]) &&
			common[i][j] == common[i+1][j+1]+1:
			lines = append(lines, line{' ', got[j]})
			i, j = i+1, j+1
		case j == len(got) || i < len(want) && (common == nil || common[i+1][j] >= common[i][j+1]):
			lines = append(lines, line{'-', want[i]})
			i++
		default:
			lines = append(lines, line{'+', got[j]})
			j++
		}
	}
	return lines
}

// commonLengths returns the length of the longest common subsequence of want[i:] and got[j:].
func commonLengths(want, got []Event) [][]int32 {
	common := make([][]int32, len(want)+1)
	for i := range common {
		common[i] = make([]int32, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if matches(want[i], got[j]) {
				common[i][j] = max(common[i][j], common[i+1][j+1]+1) // Any may match better elsewhere
			}
		}
	}
	return common
}

// hidesDifference reports whether an event that is wanted looks like another one that was got: they
// differ in types, or in the ends of long texts.
func hidesDifference(lines []line) bool {
	wanted := make(map[string]Event)
	for _, l := range lines {
		if l.sign == '-' {
			wanted[l.event.String()] = l.event
		}
	}
	return slices.ContainsFunc(lines, func(l line) bool {
		want, ok := wanted[l.event.String()]
		return l.sign == '+' && ok && !matches(want, l.event)
	})
}

// render writes the lines that differ, and those around them.
func render(lines []line, format func(Event) string) string {
	const around, most = 3, 100
	var b strings.Builder
	differs := func(l line) bool { return l.sign != ' ' }
	written, skipped := 0, 0
	for i, l := range lines {
		near := lines[max(i-around, 0):min(i+around+1, len(lines))]
		if !slices.ContainsFunc(near, differs) {
			skipped++
			continue
		}
		b.WriteString(skip(&skipped, "as wanted"))
		if written == most {
			skipped = len(lines) - i
			return b.String() + skip(&skipped, "lines more")
		}
		fmt.Fprintf(&b, "%c %s\n", l.sign, format(l.event))
		written++
	}
	return b.String() + skip(&skipped, "as wanted")
}

// skip returns a line that says how many were skipped, if any, and sets the number to 0.
func skip(n *int, what string) string {
	if *n == 0 {
		return ""
	}
	defer func() { *n = 0 }()
	return fmt.Sprintf("  … %d %s\n", *n, what)
}
