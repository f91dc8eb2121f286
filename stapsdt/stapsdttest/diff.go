package stapsdttest

import (
	"fmt"
	"slices"
	"strings"
)

// Diff returns the difference of two lists of events, a line for each event, or "" if there is
// none. Lines begin with "-" if the event is only wanted, with "+" if it was only got. [Any] in
// want stands for any argument.
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
	const most = 1 << 20
	var common [][]int32
	if int64(len(want))*int64(len(got)) <= most {
		common = commonLengths(want, got)
	}
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case common != nil && i < len(want) && j < len(got) && matches(want[i], got[j]):
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
				common[i][j] = common[i+1][j+1] + 1 // nothing is longer: pairs do not cross
			}
		}
	}
	return common
}

// hidesDifference reports whether an event that is wanted looks like another one that was got: they
// differ in types, or in the ends of long texts. It looks at those events that are written.
func hidesDifference(lines []line) bool {
	differs := slices.DeleteFunc(slices.Clone(lines), func(l line) bool { return l.sign == ' ' })
	differs = differs[:min(len(differs), mostLines)]
	return slices.ContainsFunc(differs, func(want line) bool {
		return want.sign == '-' && slices.ContainsFunc(differs, func(got line) bool {
			return got.sign == '+' && !matches(want.event, got.event) && looksLike(want.event, got.event)
		})
	})
}

func looksLike(want, got Event) bool {
	return want.Probe == got.Probe && slices.EqualFunc(want.Args, got.Args, func(w, g any) bool {
		return matchesArg(w, g) || show(w) == show(g)
	})
}

// mostLines is how many lines a difference has at most.
const mostLines = 100

// render writes the lines that differ, and those around them.
func render(lines []line, format func(Event) string) string {
	const around = 3
	var b strings.Builder
	differs := func(l line) bool { return l.sign != ' ' }
	written, skipped := 0, 0
	endSkip := func(what string) {
		if skipped > 0 {
			fmt.Fprintf(&b, "  … %d %s\n", skipped, what)
		}
		skipped = 0
	}
	for i, l := range lines {
		near := lines[max(i-around, 0):min(i+around+1, len(lines))]
		if !slices.ContainsFunc(near, differs) {
			skipped++
			continue
		}
		endSkip("as wanted")
		if written == mostLines {
			skipped = len(lines) - i
			endSkip("lines more")
			break
		}
		fmt.Fprintf(&b, "%c %s\n", l.sign, format(l.event))
		written++
	}
	endSkip("as wanted")
	return b.String()
}
