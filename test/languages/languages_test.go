//go:build linux && (amd64 || arm64)

// Package languages holds the tests whose judges are the programs that package catalog describes,
// as Debian builds them: PostgreSQL, CPython, PHP, Ruby and Java.
package languages

import (
	"errors"
	"os"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// debian returns the root directory with the programs, which test/chroot.sh made.
func debian(t *testing.T) string {
	t.Helper()
	root := os.Getenv("USDT_LANGUAGES")
	if root == "" {
		testenv.Lacks(t, errors.New("USDT_LANGUAGES does not name a root directory with the programs: "+
			"`make test-languages` makes it"))
	}
	return root
}
