//go:build !linux

package uprobe

import "github.com/go-usdt/usdt/internal/tracing/operand"

// obstacle returns nil: no programs run here.
func obstacle(operand.Arg) error { return nil }
