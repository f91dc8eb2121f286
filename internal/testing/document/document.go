// Package document writes what tests have found into pages of the documentation.
package document

import (
	"fmt"
	"os"
	"strings"
)

// Section returns what is between <!-- name --> and <!-- /name --> in the page at path.
func Section(path, name string) (string, error) {
	_, text, _, err := cut(path, name)
	return text, err
}

// Replace replaces what is between <!-- name --> and <!-- /name --> in the page at path.
func Replace(path, name, text string) error {
	before, _, after, err := cut(path, name)
	if err != nil {
		return err
	}
	written := before + "\n\n" + strings.TrimSpace(text) + "\n\n" + after
	return os.WriteFile(path, []byte(written), 0o644)
}

// cut returns the parts of the page: up to the section with its mark, the section, and the rest.
func cut(path, name string) (before, text, after string, err error) {
	page, err := os.ReadFile(path)
	if err != nil {
		return "", "", "", err
	}
	begin, end := "<!-- "+name+" -->", "<!-- /"+name+" -->"
	before, rest, begins := strings.Cut(string(page), begin)
	text, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return "", "", "", fmt.Errorf("%s lacks %s and %s", path, begin, end)
	}
	return before + begin, text, end + after, nil
}
