//go:build !unix

package stapsdthttp

import (
	"io/fs"
	"strings"
)

func limitMode(uintptr) {}

// isOurs leaves the question to the rights to remove the file.
func isOurs(fs.FileInfo) bool { return true }

// isRefused knows the words of Windows and Plan 9.
func isRefused(err error) bool { return strings.Contains(err.Error(), "refused") }
