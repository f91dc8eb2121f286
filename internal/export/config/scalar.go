package config

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// longestText is how many bytes a text has at most.
const longestText = 8 << 10

// scalar returns the text of a scalar with one of the tags.
func (r *reader) scalar(n *yaml.Node, what, want string, tags ...string) (text string, ok bool) {
	switch {
	case n.Kind != yaml.ScalarNode || !slices.Contains(tags, n.ShortTag()):
		r.errorf(n.Line, "%s: want %s, not %s", what, want, kindOf(n))
	case len(n.Value) > longestText:
		r.errorf(n.Line, "%s: %d bytes are too many, at most %d", what, len(n.Value), longestText)
	case strings.ContainsFunc(n.Value, isControl):
		r.errorf(n.Line, "%s: %s has a control character; leave it out", what,
			printable.Quote(cut(n.Value)))
	default:
		return n.Value, true
	}
	return "", false
}

// name reads what a span or a log is called.
func (r *reader) name(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if r.text(into, "name")(n); len(*into) > longestName {
			r.errorf(n.Line, "name: %d bytes are too many, at most %d", len(*into), longestName)
		}
	}
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
