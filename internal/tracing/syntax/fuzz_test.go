package syntax

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// FuzzExcerpt shows a mistake anywhere in any text: always two lines that a terminal prints as they
// are, and the mark is below the text or just behind it.
func FuzzExcerpt(f *testing.F) {
	f.Add("arg0 = 1", 5)
	f.Add("\x1b[31m\xff\n\u202e", 3)
	f.Fuzz(func(t *testing.T, text string, offset int) {
		first, second, _ := strings.Cut(Errorf(text, offset, "wrong").Excerpt(), "\n")
		hidden := func(r rune) bool { return !printable.Rune(r) }
		if strings.ContainsFunc(first+second, hidden) || !utf8.ValidString(first+second) {
			t.Errorf("%+q, %+q", first, second)
		}
		if strings.Trim(second, " ") != "^" || !strings.HasSuffix(second, "^") ||
			utf8.RuneCountInString(second) > utf8.RuneCountInString(first)+1 {
			t.Errorf("mark %q below %q", second, first)
		}
		if utf8.RuneCountInString(first) != utf8.RuneCountInString(text) {
			t.Errorf("%+q for %+q", first, text)
		}
	})
}
