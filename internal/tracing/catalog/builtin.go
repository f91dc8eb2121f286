package catalog

import (
	"embed"
	"fmt"
	"path"

	"github.com/go-usdt/usdt/internal/tracing/provider"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

//go:embed builtin/*.d
var builtin embed.FS

// Builtin returns the descriptions that are built in, by their names, such as python.d.
func Builtin() map[string][]signature.Signature {
	const directory = "builtin"
	entries, err := builtin.ReadDir(directory)
	if err != nil {
		panic(err) // nothing is embedded
	}
	all := make(map[string][]signature.Signature, len(entries))
	for _, entry := range entries {
		text, err := builtin.ReadFile(path.Join(directory, entry.Name()))
		if err == nil {
			all[entry.Name()], err = provider.Parse(entry.Name(), string(text))
		}
		if err != nil {
			panic(fmt.Sprintf("a description that is built in is wrong: %v", err))
		}
	}
	return all
}
