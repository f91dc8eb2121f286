//go:build linux

package architecture

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestHTTP: only programs that import stapsdthttp carry net/http, and these nothing of other
// modules.
func TestHTTP(t *testing.T) {
	if slices.Contains(deps(t, "stapsdt"), "net/http") {
		t.Error("stapsdt imports net/http")
	}
	all := deps(t, "stapsdt/stapsdthttp")
	if !slices.Contains(all, "net/http") {
		t.Error("stapsdthttp does not import net/http")
	}
	for _, p := range all {
		first, _, _ := strings.Cut(p, "/")
		isOther := strings.Contains(first, ".") && !strings.HasPrefix(p, module)
		if isOther || strings.HasSuffix(p, "/uprobe") {
			t.Errorf("stapsdthttp imports %s", p)
		}
	}
}

// deps returns the packages that a package of the module needs, except those that the standard
// library has of other modules.
func deps(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "../../"+name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return slices.DeleteFunc(strings.Fields(string(out)), func(p string) bool {
		return strings.HasPrefix(p, "vendor/")
	})
}
