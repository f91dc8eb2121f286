package command

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// A pidList is the value of a flag that can be given several times: process ids with commas in
// between. Each id is in it once.
type pidList []int

// Set appends the ids of a text.
func (l *pidList) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		pid, err := strconv.Atoi(strings.TrimSpace(word))
		switch {
		case err != nil && strings.Contains(text, ","):
			return errors.New("want process ids with commas in between")
		case err != nil:
			return errors.New("not a process id; --comm takes a name")
		}
		if !slices.Contains(*l, pid) {
			*l = append(*l, pid)
		}
	}
	return nil
}

// String returns the ids as they are written on a command line.
func (l *pidList) String() string {
	var words []string
	for _, pid := range *l {
		words = append(words, strconv.Itoa(pid))
	}
	return strings.Join(words, ",")
}

// Type returns what help calls the value.
func (l *pidList) Type() string { return "PID" }
