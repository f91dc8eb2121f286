package config

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A reader reads the nodes of a document, and keeps what is wrong with them.
type reader struct {
	file     string
	isSecret bool // its user may not read the file
	errs     []error
}

// mostErrors are told of one file.
const mostErrors = 50

func (r *reader) errorf(line int, format string, args ...any) {
	if len(r.errs) >= mostErrors {
		return
	}
	text := "something is wrong here that is not shown, as you may not read the file; " +
		"have it checked by somebody who may"
	if !r.isSecret {
		text = fmt.Sprintf(format, args...)
	}
	r.errs = append(r.errs, &Error{r.file, line, text})
}

func (r *reader) err() error { return errors.Join(r.errs...) }

// fields are how the values of a mapping are read, by key.
type fields map[string]func(*yaml.Node)

// mapping reads a mapping: each key at most once, and no others than the fields.
func (r *reader) mapping(n *yaml.Node, what string, of fields) {
	r.pairs(n, what, func(key string, value *yaml.Node, line int) {
		if read := of[key]; read != nil {
			read(value)
			return
		}
		r.errorf(line, "%s has no key %s; it has %s", what, printable.Quote(cut(key)), keysOf(of))
	})
}

// pairs calls f for each key of a mapping, with its value.
func (r *reader) pairs(n *yaml.Node, what string, f func(key string, value *yaml.Node, line int)) {
	if n.Kind != yaml.MappingNode {
		r.errorf(n.Line, "%s: want a mapping, KEY: VALUE, not %s", what, kindOf(n))
		return
	}
	lines := make(map[string]int)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" {
			r.errorf(key.Line, "%s: a key is a word, not %s", what, kindOf(key))
			continue
		}
		if first, doubled := lines[key.Value]; doubled {
			r.errorf(key.Line, "%s: %s is there twice, first in line %d", what,
				printable.Quote(cut(key.Value)), first)
			continue
		}
		lines[key.Value] = key.Line
		f(key.Value, value, key.Line)
	}
}

// list calls f for each element of a list.
func (r *reader) list(n *yaml.Node, what string, f func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.errorf(n.Line, "%s: want a list, not %s", what, kindOf(n))
		return
	}
	for _, element := range n.Content {
		f(element)
	}
}
