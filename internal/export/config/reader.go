package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A reader reads the nodes of a document, and keeps what is wrong with them.
type reader struct {
	file string
	errs []error
}

// mostErrors are told of one file.
const mostErrors = 50

func (r *reader) errorf(line int, format string, args ...any) {
	if len(r.errs) < mostErrors {
		r.errs = append(r.errs, &Error{r.file, line, fmt.Sprintf(format, args...)})
	}
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

// scalar returns the text of a scalar with the tag.
func (r *reader) scalar(n *yaml.Node, what, want string, tags ...string) (text string, ok bool) {
	if n.Kind == yaml.ScalarNode {
		for _, tag := range tags {
			if n.ShortTag() == tag {
				return n.Value, true
			}
		}
	}
	r.errorf(n.Line, "%s: want %s, not %s", what, want, kindOf(n))
	return "", false
}

// text reads a text.
func (r *reader) text(into *string, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if text, ok := r.scalar(n, what, "text", "!!str"); ok {
			*into = text
		}
	}
}

// argument reads the name of an argument, or its number.
func (r *reader) argument(into *string, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		text, ok := r.scalar(n, what, "the name of an argument, or its number", "!!str", "!!int")
		if ok && isArgument(text) {
			*into = text
		} else if ok {
			r.errorf(n.Line, "%s: %s is no name of an argument, and no number from 0", what,
				printable.Quote(cut(text)))
		}
	}
}

// texts reads a text, or a list of texts.
func (r *reader) texts(into *[]string, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		elements := []*yaml.Node{n}
		if n.Kind == yaml.SequenceNode {
			elements = n.Content
		}
		for _, e := range elements {
			text := ""
			if r.text(&text, what)(e); text != "" {
				*into = append(*into, text)
			}
		}
		if len(elements) == 0 {
			r.errorf(n.Line, "%s: the list is empty", what)
		}
	}
}

func (r *reader) boolean(into *bool, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if text, ok := r.scalar(n, what, "true or false", "!!bool"); ok {
			*into = text == "true" || text == "True" || text == "TRUE"
		}
	}
}

// number reads an integer from least to most.
func (r *reader) number(into *int, what string, least, most int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		text, ok := r.scalar(n, what, "an integer", "!!int")
		if !ok {
			return
		}
		v, err := strconv.Atoi(text)
		if err != nil || v < least || v > most {
			r.errorf(n.Line, "%s: want an integer from %d to %d, not %s", what, least, most, cut(text))
			return
		}
		*into = v
	}
}

// float reads a finite number.
func (r *reader) float(n *yaml.Node, what string) (v float64, ok bool) {
	text, ok := r.scalar(n, what, "a number", "!!int", "!!float")
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		r.errorf(n.Line, "%s: want a number, not %s", what, printable.Text(cut(text)))
		return 0, false
	}
	return v, true
}

// duration reads a time that is not negative.
func (r *reader) duration(into *time.Duration, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		text, ok := r.scalar(n, what, "a time, such as 10s", "!!str")
		if !ok {
			return
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			r.errorf(n.Line, "%s: want a time, such as 10s, not %s", what, printable.Quote(cut(text)))
			return
		}
		*into = d
	}
}
