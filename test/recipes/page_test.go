package recipes

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// block returns the block of docs/recipes.md that is in a language and has a text.
func block(t *testing.T, language, text string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	fenced := regexp.MustCompile("(?sm)^```(\\w+)\n(.*?)^```\n")
	for _, found := range fenced.FindAllStringSubmatch(string(page), -1) {
		if found[1] == language && strings.Contains(found[2], text) {
			return found[2]
		}
	}
	t.Fatalf("docs/recipes.md has no block of %s with %q", language, text)
	return ""
}

// A probe is what a policy of Tetragon says of one.
type probe struct {
	Provider, Name string
	Args           []struct {
		Index int
		Type  string
	}
}

// readPolicy returns the probe of the policy: its arguments are a number and a text.
func readPolicy(t *testing.T) probe {
	t.Helper()
	var policy struct{ Spec struct{ USDTs []probe } }
	if err := yaml.Unmarshal([]byte(block(t, "yaml", "kind: TracingPolicy")), &policy); err != nil {
		t.Fatal(err)
	}
	if len(policy.Spec.USDTs) != 1 || len(policy.Spec.USDTs[0].Args) != 2 {
		t.Fatalf("want one probe with two arguments: %+v", policy)
	}
	return policy.Spec.USDTs[0]
}
