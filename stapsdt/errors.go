package stapsdt

import (
	"errors"
	"fmt"
)

// Causes of an [Error], for errors.Is.
var (
	// ErrUnsupported: this build or platform cannot have probes. It matches errors.ErrUnsupported.
	ErrUnsupported error = unsupported{}
	// ErrName: a provider or probe name is empty, too long, or has a character it must not have.
	ErrName = errors.New("invalid name")
	// ErrDuplicate: the provider already has a probe of that name.
	ErrDuplicate = errors.New("duplicate probe")
	// ErrTooManyArgs: the arguments take more than MaxArgs places.
	ErrTooManyArgs = errors.New("too many arguments")
	// ErrArgs: the arguments of a Fire do not match the probe's declaration, or an option or
	// environment variable has a value that it cannot have.
	ErrArgs = errors.New("invalid argument")
	// ErrClosed: the provider was closed.
	ErrClosed = errors.New("provider is closed")
)

// unsupported is not made by fmt.Errorf, which would run whenever a program with probes starts.
type unsupported struct{}

func (unsupported) Error() string { return "probes cannot be loaded here: unsupported operation" }
func (unsupported) Unwrap() error { return errors.ErrUnsupported }

// Error says which operation failed, on what, and why.
type Error struct {
	Op       string // "new", "add", "load", "unload", "close", "fire"
	Provider string
	Probe    string // "" when the provider as a whole is meant
	Err      error  // the cause, never nil
}

// Error returns the cause behind the names of the operation, provider and probe.
func (e *Error) Error() string {
	target := e.Provider
	if e.Probe != "" {
		target += ":" + e.Probe
	}
	return fmt.Sprintf("stapsdt: %s %s: %v", e.Op, target, e.Err)
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
