package catalog

import (
	"embed"
	"fmt"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/provider"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A file is named after the only provider that it describes.
//
//go:embed builtin/*.d
var builtin embed.FS

const (
	builtinDirectory = "builtin/"
	extension        = ".d"
)

// BuiltinProviders returns the names of the providers whose descriptions are built in, sorted.
func BuiltinProviders() []string {
	entries, err := builtin.ReadDir(strings.TrimSuffix(builtinDirectory, "/"))
	if err != nil {
		panic(err) // nothing is embedded
	}
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), extension))
	}
	return names
}

// Builtin returns what is built in of a provider: nothing of most.
func Builtin(name string) []signature.Signature {
	path := builtinDirectory + name + extension
	text, err := builtin.ReadFile(path)
	if err != nil {
		return nil
	}
	signatures, err := provider.Parse(path, string(text))
	if err != nil {
		panic(fmt.Sprintf("a description that is built in is wrong: %v", err))
	}
	return signatures
}
