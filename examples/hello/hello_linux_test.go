//go:build amd64 || arm64

package main

import (
	"testing"

	"github.com/go-usdt/usdt/internal/testing/example"
)

// TestHello compares what usdt and bpftrace see with each other and with what the program prints.
func TestHello(t *testing.T) {
	program := example.Start(t)
	printed := program.Trace(t, 10)
	usdt, bpftrace := printed[0], printed[1]

	greeted := example.Find(usdt, `:greet n=(\d+) name="(.*)"$`)
	example.Same(t, greeted, example.Find(bpftrace, `^greet (\d+) (.*)$`))
	example.Within(t, example.Find(program.End(t), `^(\d+) hello, (.*)$`), greeted)

	example.Same(t, example.Find(usdt, `:memory n=(\d+) bytes=(\d+)$`),
		example.Find(bpftrace, `^memory (\d+) (\d+)$`))
}
