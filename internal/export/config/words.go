package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// kindOf says what a node is.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias; write it out"
	case yaml.ScalarNode:
		if n.ShortTag() == "!!null" {
			return "nothing"
		}
		return printable.Text(cut(n.Value))
	}
	return "nothing"
}

// cut shortens a text for a message.
func cut(text string) string {
	const longest = 60
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "…"
}

func keysOf(f fields) string { return strings.Join(slices.Sorted(maps.Keys(f)), ", ") }

// longestName is how many bytes a name has at most.
const longestName = 255

var (
	metricName = regexp.MustCompile(fmt.Sprintf(`^[a-zA-Z_][a-zA-Z0-9_]{0,%d}$`, longestName-1))
	nonName    = regexp.MustCompile(`[^a-zA-Z0-9]+`)
)

// isControl tells whether a character has no place in a text; a text may have several lines.
func isControl(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }

// isArgument tells whether a text is the name of an argument, or its number.
func isArgument(text string) bool {
	if text == "" || text[0] == '-' || text[0] == '$' {
		return false
	}
	if _, err := strconv.ParseUint(text, 10, 16); err == nil {
		return true
	}
	return text[0] < '0' || text[0] > '9'
}

// ToName makes a part of the name of a metric of any text, without _ at the ends.
func ToName(text string) string {
	return strings.Trim(nonName.ReplaceAllString(text, "_"), "_")
}
