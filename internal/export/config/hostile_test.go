package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestHostileTexts: what is too long, or that nobody could read, is an error with its line.
func TestHostileTexts(t *testing.T) {
	const metric = "metrics:\n- probes: [shop:a]\n  name: x\n"
	const log = "otlp: {logs: true}\nlogs:\n- probes: [shop:a]\n"
	long := strings.Repeat("a", longestName+1)
	for _, test := range []struct{ text, want string }{
		{metric + "  help: \"a\\0b\"", `f:4: help: "a\x00b" has a control character; leave it out`},
		{metric + "  from: {comm: \"\\e[31m\"}", `f:4: from: comm: "\x1b[31m" has a control`},
		{metric + "  help: " + strings.Repeat("a", longestText+1),
			"f:4: help: 8193 bytes are too many, at most 8192"},
		{metric + "  ? " + long + "\n  : a", "a metric has no key"},
		{metric + "  labels:\n    " + long + ": a", "is no name of a label; these are of letters, "},
		{"metrics:\n- probes: [shop:a]\n  name: " + long, "f:2: a metric: "},
		{metric + "  labels: {\"a\\nb\": a}", `f:4: labels: "a\nb" is no name of a label; these`},
		{metric + "  labels: {'a\"b': a}", `f:4: labels: "a\"b" is no name of a label; these`},
		{metric + "  labels: {a: \"$\\n\"}", `f:4: labels: there is no "$\n"; there are`},
		{metric + "  <<: {help: a}", "f:4: a metric: a key is a word, not <<"},
		{metric + "  help: !!binary //8=", "f:4: help: want text, not //8="},
		{"metrics:\n- name: \xff", "f: "},
		{"metrics:\x00" + metric, "f: control characters are not allowed"},
		{metric + "---\n[", "f: line "},
		{log + "  name: " + long, "f:4: name: 256 bytes are too many, at most 255"},
		{log + "- probes: [a:" + long + "]", "f:4: a log: set name: those of its probes are too long"},
		{log + "  attributes: [" + strings.Repeat("a,", mostAttributes+1) + "]",
			"f:4: attributes: 33 are too many, at most 32"},
	} {
		_, err := Parse("f", []byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.100q: got %v, want %q", test.text, err, test.want)
		}
	}
	text := metric + "  help: \"Orders,\\n\\tand \\\"others\\\"\"\n"
	if _, err := Parse("f", []byte(text)); err != nil {
		t.Error("several lines are a text: ", err)
	}
}

// TestHostileFiles: a file of the largest size is read, or refused, in linear time.
func TestHostileFiles(t *testing.T) {
	fill := func(before, again, after string) []byte {
		n := (maxBytes - len(before) - len(after)) / len(again)
		return []byte(before + strings.Repeat(again, n) + after)
	}
	var names strings.Builder
	for i := range maxBytes / 10 {
		fmt.Fprintf(&names, "a%d,", i)
	}
	const metric, log = "metrics:\n- probes: a:b\n", "otlp: {logs: true}\nlogs:\n- probes: a:b\n"
	for name, text := range map[string][]byte{
		"lists in lists":       fill("", "[", ""),
		"mappings in mappings": fill("", "{a: ", ""),
		"indents":              fill("", "- ", ""),
		"a list":               fill("metrics: [", "a,", "]"),
		"keys":                 fill("", "a: b\n", ""),
		"comments":             fill("a: [", "a, # b\n", "]"),
		"anchors":              fill("", "- &a a\n", ""),
		"attributes":           []byte(log + "  attributes: [" + names.String() + "]\n"),
		"a filter in filters":  fill(metric+"  where: '", "(", "'\n"),
		"a body":               fill(log+"  body: '", "%[a]s", "'\n"),
		"a pattern":            fill("metrics:\n- name: a\n  probes: 'a:", "*", "'\n"),
	} {
		began := time.Now()
		if _, err := Parse("f", text); err == nil {
			t.Errorf("%s: no error", name)
		} else if took := time.Since(began); took > testenv.Patience {
			t.Errorf("%s: %v, %v", name, took, err)
		}
	}
}
