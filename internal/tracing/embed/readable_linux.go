package embed

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// OpenReadable opens a file that the user himself may read. The command may have more rights than
// its user, by file capabilities.
func OpenReadable(path string) (*os.File, error) {
	failed := func(err error) (*os.File, error) {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	// To open a file can have an effect, so the user's rights are asked before, too.
	if err := unix.Access(path, unix.R_OK); err != nil {
		return failed(err)
	}
	f, err := os.Open(path) // #nosec G304 -- the user chose it
	if err != nil {
		return nil, err
	}
	if err := rights.CheckReadable(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
