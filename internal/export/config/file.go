package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/regular"
)

// maxBytes is how large a file may be.
const maxBytes = 1 << 20

// Read reads a file. The error joins all that is wrong with it, each an *Error. It quotes nothing
// of a file that only usdt may read, and not the user who started it.
func Read(path string) (*Config, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	defer file.Close()
	text, err := regular.Read(file, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return parse(&reader{file: path, isSecret: !isReadable(file)}, text)
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
