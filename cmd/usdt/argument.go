//go:build linux

package main

import (
	"errors"
	"strconv"
)

// argument is the flag for one argument of a probe, from 0; noArgument when it is not given.
type argument int

const noArgument argument = -1

func (a *argument) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return errors.New("want the number of an argument, of which the first is 0")
	}
	*a = argument(n)
	return nil
}

// String is empty for none: help tells no default.
func (a *argument) String() string {
	if *a < 0 {
		return ""
	}
	return strconv.Itoa(int(*a))
}

func (a *argument) Type() string { return "int" }
