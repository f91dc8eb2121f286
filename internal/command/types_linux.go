package command

import (
	"github.com/go-usdt/usdt/internal/tracing/catalog"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// open reads the descriptions: those in the files, and those that need not be named.
func (f typeFiles) open(reader *process.Client) (descriptions, error) {
	c, skipped, err := catalog.Open(f, reader)
	if err != nil {
		return descriptions{}, usagef("--types: %w", err)
	}
	return descriptions{catalog: c, skipped: skipped}, nil
}
