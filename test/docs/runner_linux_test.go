package docs

import "testing"

// TestRunner runs a page that needs all that the runner can do.
func TestRunner(t *testing.T) {
	newPage(t, newWorld(t, root(t)), "test/docs/testdata/page.md").run()
}
