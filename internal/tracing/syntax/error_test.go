package syntax

import "testing"

func TestError(t *testing.T) {
	tests := []struct {
		text    string
		offset  int
		message string
		excerpt string
	}{
		{"arg0 = 1", 5, "column 6: use ==", "arg0 = 1\n     ^"},
		{"", 0, "column 1: use ==", "\n^"},
		{"arg0 ==", 7, "column 8: use ==", "arg0 ==\n       ^"},
		{"arg1 == \"é\" =", 13, "column 13: use ==", "arg1 == \"é\" =\n            ^"},
		{"arg0\n\t\x1b= 1", 7, "column 8: use ==", "arg0   = 1\n       ^"},
		{"short", 99, "column 6: use ==", "short\n     ^"},
		{"short", -1, "column 1: use ==", "short\n^"},
	}
	for _, test := range tests {
		err := Errorf(test.text, test.offset, "use %s", "==")
		if err.Error() != test.message {
			t.Errorf("Error at %d of %q: got %q, want %q",
				test.offset, test.text, err.Error(), test.message)
		}
		if got := err.Excerpt(); got != test.excerpt {
			t.Errorf("Excerpt at %d of %q:\n%s\nwant\n%s",
				test.offset, test.text, got, test.excerpt)
		}
	}
}
