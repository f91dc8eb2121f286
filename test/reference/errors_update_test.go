package reference

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "let docs/errors.md follow texts that have changed")

// follow replaces in the page each text that no error has any more by the new one that is most
// alike, if half of the words are the same. The others are left to people.
func follow(t *testing.T, stale, fresh []string) {
	t.Helper()
	content := page(t, "errors.md")
	for _, old := range stale {
		best, most := -1, 0.5
		for i, said := range fresh {
			if like := likeness(old, said); like >= most {
				best, most = i, like
			}
		}
		if best < 0 {
			continue
		}
		content = strings.ReplaceAll(content, "\n"+wrapped(old)+"\n", "\n"+wrapped(fresh[best])+"\n")
		fresh = slices.Delete(slices.Clone(fresh), best, best+1)
	}
	if err := os.WriteFile(docs+"errors.md", []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// likeness returns which part of the words of two texts are in both.
func likeness(a, b string) float64 {
	words, rest := strings.Fields(a), strings.Fields(b)
	all, same := len(words)+len(rest), 0
	for _, w := range words {
		if i := slices.Index(rest, w); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			same++
		}
	}
	return 2 * float64(same) / float64(all)
}

func TestLikeness(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"there is no room for more probes", "there is no room for more probes; trace fewer", true},
		{"interrupted", "bad address", false},
		{"… has no probes", "… has no probes", true},
	} {
		if got := likeness(tt.a, tt.b) >= 0.5; got != tt.want {
			t.Errorf("%q and %q are alike: %t", tt.a, tt.b, got)
		}
	}
}
