//go:build linux && (amd64 || arm64)

package schema

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// rare are members that only come with more groups than the test has, or with inlined functions.
var rare = []string{"others", "others_stats", "others_interval_stats", "unplaced", "inlined"}

// checkSeen reports members that the schemas of hits describe, and that no document has: they may
// not exist any more.
func (b *bench) checkSeen(t *testing.T) {
	t.Helper()
	described, seen := make(map[string]bool), make(map[string]bool)
	for _, name := range []string{
		"common", "event", "pair", "count", "hist", "latency", "timeline",
	} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", "schema", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, schema := range decode(t, text) {
			walk(schema, func(object map[string]any) {
				properties, _ := object["properties"].(map[string]any)
				for member := range properties {
					described[member] = true
				}
			})
		}
		for _, document := range decode(t, b.validated[name]) {
			walk(document, func(object map[string]any) {
				for member := range object {
					seen[member] = true
				}
			})
		}
	}
	for member := range described {
		if !seen[member] && !slices.Contains(rare, member) {
			t.Errorf("no document has the member %q that a schema describes", member)
		}
	}
}

func decode(t *testing.T, text []byte) (documents []any) {
	t.Helper()
	for decoder := json.NewDecoder(bytes.NewReader(text)); ; {
		var document any
		switch err := decoder.Decode(&document); err {
		case nil:
			documents = append(documents, document)
		case io.EOF:
			return documents
		default:
			t.Fatal(err)
		}
	}
}

// walk calls f for each object in a document.
func walk(document any, f func(object map[string]any)) {
	switch value := document.(type) {
	case map[string]any:
		f(value)
		for _, member := range value {
			walk(member, f)
		}
	case []any:
		for _, element := range value {
			walk(element, f)
		}
	}
}
