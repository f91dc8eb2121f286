//go:build linux && (!cgo || stapsdt_purego) && (amd64 || arm64)

package stapsdt_test

import "testing"

func takesSignatures(*testing.T) bool { return true }
