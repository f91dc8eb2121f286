package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A reason says why statements of a function are not run by the tests.
type reason struct {
	pkg, name  string
	statements int  // at most
	isChance   bool // now and then a test runs them all
	text       string
}

func (r reason) String() string { return r.pkg + " " + r.name }

// parseReasons decodes lines such as "internal/linux Mmap 2: why". A ? after the number stands for
// chance. Lines that begin with # are comments.
func parseReasons(text string) (reasons []reason, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		place, why, _ := strings.Cut(line, ": ")
		fields := strings.Fields(place)
		if len(fields) != 3 || why == "" {
			return nil, fmt.Errorf("%q: want PACKAGE FUNCTION STATEMENTS: REASON", line)
		}
		number, isChance := strings.CutSuffix(fields[2], "?")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q: %q is no number of statements", line, fields[2])
		}
		reasons = append(reasons, reason{fields[0], fields[1], n, isChance, why})
	}
	return reasons, nil
}

// compare returns an error about each function that has statements which are neither run nor have
// a reason, and about each reason for nothing.
func compare(functions []function, known []reason) error {
	reasonOf := make(map[string]reason)
	for _, r := range known {
		reasonOf[r.String()] = r
	}
	var errs []error
	for _, f := range functions {
		r, has := reasonOf[f.String()]
		delete(reasonOf, f.String())
		switch {
		case f.uncovered > r.statements:
			errs = append(errs, fmt.Errorf("%v: %d statements are not run, %d have a reason; see lines %v",
				f, f.uncovered, r.statements, f.lines))
		case has && f.uncovered == 0 && !r.isChance:
			errs = append(errs, fmt.Errorf("%v: all statements are run; remove its reason", f))
		}
	}
	for _, r := range known {
		if _, left := reasonOf[r.String()]; left {
			errs = append(errs, fmt.Errorf("%v: there is no such function; remove its reason", r))
		}
	}
	return errors.Join(errs...)
}
