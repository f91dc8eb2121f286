//go:build !linux || (!amd64 && !arm64)

package linux

import "os"

// SecureGetenv is os.Getenv on this platform, where no code is loaded.
func SecureGetenv(name string) string { return os.Getenv(name) }
