package document

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReplace(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	const text = "# Title\n<!-- a -->\nold\n<!-- /a -->\n<!-- b -->\n<!-- /b -->\nend\n"
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what is written can be replaced
		if err := Replace(page, "a", "| new |\n"); err != nil {
			t.Fatal(err)
		}
	}
	const want = "# Title\n<!-- a -->\n\n| new |\n\n<!-- /a -->\n<!-- b -->\n<!-- /b -->\nend\n"
	if got, err := os.ReadFile(page); string(got) != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if got, err := Section(page, "a"); got != "\n\n| new |\n\n" || err != nil {
		t.Errorf("the section is %q, %v", got, err)
	}
	for _, name := range []string{"c", "/a"} {
		if err := Replace(page, name, ""); err == nil {
			t.Errorf("no error for the absent section %s", name)
		}
	}
}
