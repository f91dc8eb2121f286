//go:build linux

package main

import (
	"os"
	"slices"
	"strings"
)

// environment is what the guest gets of this process's, and what git wants to be told: the owner of the shared
// directory may be somebody else than root.
func environment() []string {
	env := []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"}
	return append(env, slices.DeleteFunc(os.Environ(), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "HOME", "LANG", "PATH", "TERM", "USER":
			return false
		}
		return !slices.ContainsFunc([]string{"CGO_", "GO", "LC_", "STAPSDT_", "USDT_"}, func(prefix string) bool {
			return strings.HasPrefix(name, prefix)
		})
	})...)
}
