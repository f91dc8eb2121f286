package config

import (
	"os"

	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// isReadable tells whether the user who started usdt may read a file, not only usdt by more rights.
func isReadable(f *os.File) bool { return rights.CheckReadable(f) == nil }
