//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	statusFine    = 0
	statusFailure = 1
	statusUsage   = 2
)

// failure is an error of a command that was understood. Any other error is about the command line.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// usageError is an error of the command line that the command itself found, such as a bad filter.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// usagef returns an error, formatted as by [fmt.Errorf], for which usdt exits with status 2.
func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// distinguishFailures marks the errors of the commands as failures, from cobra's own, which has no
// type for what is wrong with a command line.
func distinguishFailures(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		distinguishFailures(sub)
	}
	run := cmd.RunE
	if run == nil {
		return
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := run(cmd, args); err != nil {
			return failure{err}
		}
		return nil
	}
}

func exitStatus(err error) int {
	switch {
	case err == nil:
		return statusFine
	case errors.As(err, new(usageError)) || !errors.As(err, new(failure)):
		return statusUsage
	}
	return statusFailure
}

// report prints err, each of several on its line, and the part of the command line that it is about, if
// it knows.
func report(w io.Writer, err error) {
	if err == nil {
		return
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "usdt: %s\n", strings.TrimSuffix(line, "\n"))
	}
	var syntax interface {
		error
		Excerpt() string
	}
	if errors.As(err, &syntax) {
		fmt.Fprintln(w, syntax.Excerpt())
	}
}
