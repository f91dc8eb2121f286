// Package document writes what tests have found into pages of the documentation.
package document

import (
	"fmt"
	"os"
	"strings"
)

// Replace replaces what is between <!-- name --> and <!-- /name --> in the page at path.
func Replace(path, name, text string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	begin, end := "<!-- "+name+" -->", "<!-- /"+name+" -->"
	before, rest, begins := strings.Cut(string(page), begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return fmt.Errorf("%s lacks %s and %s", path, begin, end)
	}
	written := before + begin + "\n\n" + strings.TrimSpace(text) + "\n\n" + end + after
	return os.WriteFile(path, []byte(written), 0o644)
}
