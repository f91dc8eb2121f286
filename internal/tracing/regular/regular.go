// Package regular reads regular files that users name, such as configurations and tokens. It waits
// for no writer of a pipe, reads no device, and has a limit of what it reads.
package regular

import (
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// Open opens a regular file to be read. The caller closes it.
func Open(path string) (*os.File, error) {
	// To open a device can have an effect. What is opened is looked at, too: it may be another file.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, errIrregular(path)
	}
	// #nosec G304 -- the user names it
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errIrregular(path)
	}
	if err != nil {
		_ = file.Close() // it is only read
		return nil, err
	}
	return file, nil
}

// Read reads a file that Open has opened. It may have most bytes, of KiB, and an error otherwise.
func Read(file *os.File, most int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(content)) > most {
		return nil, fmt.Errorf("%s is larger than such a file can be, %d KiB",
			printable.Text(file.Name()), most>>10)
	}
	return content, err
}

func errIrregular(path string) error {
	return fmt.Errorf("%s is not a regular file", printable.Text(path))
}
