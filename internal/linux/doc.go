//go:build !linux

// Package linux is empty on this platform.
package linux
