package stapsdt

import (
	"errors"
	"fmt"
)

// Causes of an [Error], for errors.Is.
var (
	// ErrUnsupported: this platform or build cannot have probes. It matches errors.ErrUnsupported.
	ErrUnsupported error = unsupported{}
	// ErrName: the name of a provider, probe or argument is empty, too long, or has a forbidden
	// character; or two arguments have the same.
	ErrName = errors.New("invalid name")
	// ErrDuplicate: the provider already has a probe of that name.
	ErrDuplicate = errors.New("duplicate probe")
	// ErrTooManyArgs: the arguments take more than MaxArgs places.
	ErrTooManyArgs = errors.New("too many arguments")
	// ErrArgs: the arguments of a Fire do not match the probe's declaration; the names of arguments
	// are not as many as the arguments; or an argument type, a description, an option or an
	// environment variable has a value that it cannot have.
	ErrArgs = errors.New("invalid argument")
	// ErrClosed: the provider was closed.
	ErrClosed = errors.New("provider is closed")
)

// unsupported is a type because fmt.Errorf would run whenever a program with probes starts.
type unsupported struct{}

func (unsupported) Error() string { return "probes cannot be loaded here: unsupported operation" }
func (unsupported) Unwrap() error { return errors.ErrUnsupported }

// Error says which operation failed, on what, and why. It wraps one of the causes above, or an
// error of the system: errors.Is finds a syscall.Errno such as syscall.ENOSPC.
type Error struct {
	// Op is "new", "add", "describe", "load", "unload", "close", "fire", "listen" or "count".
	Op       string
	Provider string // the name of the provider, "" if the error is about none
	Probe    string // the name of the probe, "" if the error is about the provider as a whole
	Err      error  // the cause, never nil
}

// Error returns the operation, the names and the cause, and what can be done about the cause.
func (e *Error) Error() string {
	what := e.Op
	if e.Provider != "" {
		what += " " + e.Provider
	}
	if e.Probe != "" {
		what += ":" + e.Probe
	}
	return fmt.Sprintf("stapsdt: %s: %v", what, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// must returns v, or panics with err.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
