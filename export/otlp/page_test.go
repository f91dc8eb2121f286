package otlp

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPage compares the table of docs/environment.md with the variables that are read. It has those
// of a single signal only where there is none for all.
func TestPage(t *testing.T) {
	// The SDK alone reads these.
	names := map[string]bool{"OTEL_RESOURCE_ATTRIBUTES": true, "OTEL_SERVICE_NAME": true}
	_, err := readSettings(func(name string) string {
		names[name] = true
		return ""
	}, everything)
	if err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(names, func(name string, _ bool) bool {
		for _, of := range []signal{metrics, traces, logs} {
			rest, isOne := strings.CutPrefix(name, forAll+strings.ToUpper(string(of))+"_")
			if isOne && names[forAll+rest] {
				return true
			}
		}
		return false
	})
	page, err := os.ReadFile("../../docs/environment.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	variable := regexp.MustCompile("`(OTEL_[A-Z0-9_]+)`")
	for line := range strings.Lines(string(page)) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, match := range variable.FindAllStringSubmatch(cells[1], -1) {
				listed = append(listed, match[1])
			}
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(names)), listed); diff != "" {
		t.Errorf("docs/environment.md (-read +listed):\n%s", diff)
	}
}
