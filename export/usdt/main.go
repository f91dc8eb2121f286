// Usdt is the command usdt with all of usdt export: what packages and releases ship. It serves
// metrics to Prometheus, and sends metrics, spans and logs by OTLP. What it needs for that keeps
// this program in a module of its own; see cmd/usdt for the command itself.
package main

import (
	"github.com/go-usdt/usdt/export"
	"github.com/go-usdt/usdt/internal/command"
)

// version is set by make release. Other programs have what the go command puts into them.
var version string

func main() { command.Main(version, export.Front) }
