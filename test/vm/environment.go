//go:build linux

package main

import (
	"os"
	"slices"
	"strings"
)

// environment is the environment of the guest's shell: some variables of this process, and those
// that let git work in a shared directory that does not belong to root.
func environment() []string {
	env := []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"}
	return append(env, slices.DeleteFunc(os.Environ(), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "HOME", "LANG", "PATH", "TERM", "USER":
			return false
		}
		return !slices.ContainsFunc([]string{"CGO_", "GO", "LC_", "STAPSDT_", "USDT_"},
			func(prefix string) bool {
				return strings.HasPrefix(name, prefix)
			})
	})...)
}
