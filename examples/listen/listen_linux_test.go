//go:build amd64 || arm64

package main

import (
	"testing"

	"github.com/go-usdt/usdt/internal/testing/example"
)

// TestListen compares what usdt gets, without any right, with what the program prints.
func TestListen(t *testing.T) {
	program := example.StartListening(t)
	printed := program.Trace(t, 20)
	visits := example.Find(program.End(t), `^visit (\d+) of (.*)$`)
	example.Within(t, visits, example.Find(printed[0], `:visit n=(\d+) city="(.*)"$`))
	example.Within(t, visits, example.Find(printed[1], `:visit n=(\d+) city="(Oslo)"$`))
}
