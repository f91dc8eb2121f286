package command

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// Exit statuses.
const (
	statusFine    = 0
	statusFailure = 1
	statusUsage   = 2
)

// failure is the error of a command that was understood. Any other error is about the command line.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// usageError is an error about the command line that the command itself found, such as a bad
// filter.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// usagef returns an error, formatted as by [fmt.Errorf], for which usdt ends with exit status 2.
func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// distinguishFailures marks the errors of the commands as failures, to tell them from cobra's own
// errors about the command line, which have no type.
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

// attachError marks the errors of the engine that are about the command line.
func attachError(err error) error {
	if errors.Is(err, uprobe.ErrArgument) {
		return usageError{err}
	}
	return err
}

func exitStatus(err error) int {
	var withStatus statusError
	switch {
	case err == nil:
		return statusFine
	case errors.As(err, &withStatus):
		return withStatus.status
	case errors.As(err, new(usageError)) || !errors.As(err, new(failure)):
		return statusUsage
	}
	return statusFailure
}

// report prints err, or each of several errors on a line of its own, and the part of the command
// line that it is about, if the error knows it.
func report(w io.Writer, err error) {
	if err == nil || errors.As(err, new(toldError)) {
		return
	}
	for line := range strings.Lines(err.Error()) {
		warn(w, "%s", strings.TrimSuffix(line, "\n"))
	}
	var syntax interface {
		error
		Excerpt() string
	}
	if errors.As(err, &syntax) {
		fmt.Fprintln(w, syntax.Excerpt())
	}
}
