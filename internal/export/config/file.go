package config

import (
	"bytes"
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

// Read reads a file. The error joins all that is wrong with it, each an *Error. It quotes nothing
// of a file that only usdt may read, and not the user who started it.
func Read(path string) (*Config, error) {
	text, isSecret, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return parse(&reader{file: path, isSecret: isSecret}, text)
}

// readFile reads a regular file. It waits for no writer of a pipe.
func readFile(path string) (text []byte, isSecret bool, err error) {
	failed := func(err error) ([]byte, bool, error) {
		return nil, false, fmt.Errorf("read the configuration: %w", err)
	}
	// To open a device can have an effect. What is opened is looked at, too: it may be another file.
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, false, errIrregular(path)
	}
	// #nosec G304 -- the user names it
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return failed(err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return failed(err)
	}
	if !info.Mode().IsRegular() {
		return nil, false, errIrregular(path)
	}
	if text, err = io.ReadAll(io.LimitReader(file, maxBytes+1)); err != nil {
		return failed(err)
	}
	if len(text) > maxBytes {
		return nil, false, fmt.Errorf("%s is larger than a configuration can be, %d KiB",
			printable.Text(path), maxBytes>>10)
	}
	return text, !isReadable(file), nil
}

func errIrregular(path string) error {
	return fmt.Errorf("%s is not a regular file", printable.Text(path))
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
func Parse(file string, text []byte) (*Config, error) { return parse(&reader{file: file}, text) }

func parse(r *reader, text []byte) (*Config, error) {
	documents := yaml.NewDecoder(bytes.NewReader(text))
	syntax := func(err error) {
		r.errorf(0, "%s", printable.Text(strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	var document, second yaml.Node
	switch err := documents.Decode(&document); {
	case errors.Is(err, io.EOF):
		r.errorf(0, "the configuration is empty; it needs metrics, spans or logs")
		return nil, r.err()
	case err != nil:
		syntax(err)
		return nil, r.err()
	}
	switch err := documents.Decode(&second); {
	case err == nil:
		r.errorf(second.Line, "a second document begins here; a configuration is one")
	case !errors.Is(err, io.EOF):
		syntax(err)
	}
	c := r.config(document.Content[0])
	if err := r.err(); err != nil {
		return nil, err
	}
	return c, nil
}
