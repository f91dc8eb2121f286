package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// maxBytes is how large a file may be.
const maxBytes = 1 << 20

// Read reads a file. The error joins all that is wrong with it, each an *Error.
func Read(path string) (*Config, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// readFile reads a regular file. It waits for no writer of a pipe.
func readFile(path string) ([]byte, error) {
	// #nosec G304 -- the user names it
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", printable.Text(path))
	}
	text, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%s is larger than a configuration can be, %d KiB",
			printable.Text(path), maxBytes>>10)
	}
	return text, nil
}

// An Error is what is wrong in a line.
type Error struct {
	File string
	Line int // 0 if it is not about a line
	Text string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", printable.Text(e.File), e.Text)
	}
	return fmt.Sprintf("%s:%d: %s", printable.Text(e.File), e.Line, e.Text)
}

// Parse parses the text of a file.
func Parse(file string, text []byte) (*Config, error) {
	r := &reader{file: file}
	documents := yaml.NewDecoder(strings.NewReader(string(text)))
	var document yaml.Node
	err := documents.Decode(&document)
	switch {
	case errors.Is(err, io.EOF):
		r.errorf(0, "the configuration is empty; it needs metrics, spans or logs")
		return nil, r.err()
	case err != nil:
		r.errorf(0, "%s", printable.Text(strings.TrimPrefix(err.Error(), "yaml: ")))
		return nil, r.err()
	}
	var second yaml.Node
	if documents.Decode(&second) == nil {
		r.errorf(second.Line, "a second document begins here; a configuration is one")
	}
	c := r.config(document.Content[0])
	if err := r.err(); err != nil {
		return nil, err
	}
	return c, nil
}
