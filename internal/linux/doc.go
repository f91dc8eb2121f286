//go:build !linux

// Package linux has, on this platform, only what all platforms need.
package linux
