package command

import "github.com/go-usdt/usdt/internal/tracing/kernel"

// systemVersion says which kernel runs.
func systemVersion() (string, error) {
	release, err := kernel.Release()
	return "Linux " + release + "\n", err
}
