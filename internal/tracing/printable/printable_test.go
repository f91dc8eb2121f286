package printable_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// hidden are characters that a terminal obeys or does not show.
var hidden = []rune{
	0, '\n', '\t', 0x1b, 0x7f, 0x85, 0x9b, 0xa0, 0xad, // control characters, special spaces
	0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069, // direction of writing
	0x200b, 0x200d, 0x2028, 0x2060, 0xfeff, 0xe0001, 0xe0041, // invisible
	0x34f, 0x115f, 0x1160, 0x17b4, 0x180b, 0x2800, 0x3164, 0xfe0f, 0xffa0, 0xe0100, // the same
	0xe000, 0xfffe, 0x10ffff, // without a meaning
}

func TestRune(t *testing.T) {
	for _, r := range hidden {
		if printable.Rune(r) {
			t.Errorf("%U is printable", r)
		}
	}
	for _, r := range " aZ~é́ß你🍵�" {
		if !printable.Rune(r) {
			t.Errorf("%U is not printable", r)
		}
	}
	for r := range rune(unicode.MaxRune) {
		if printable.Rune(r) && !strconv.IsPrint(r) {
			t.Errorf("%U is printable, which Go denies", r)
		}
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":               "",
		`plain "é" \`:    `plain "é" \`,
		"\ufffd":         "\ufffd",
		"\xff":           `"\xff"`,
		"a\n\"\u3164\\'": `"a\n\"\u3164\\'"`,
	} {
		if got := printable.Text(text); got != want {
			t.Errorf("%+q: got %s, want %s", text, got, want)
		}
	}
	const byteAndText = "\xff \\xff"
	if got, want := printable.Distinct(byteAndText), `\xff \\xff`; got != want {
		t.Errorf("distinct: got %s, want %s", got, want)
	}
	const want = `"\\x1b\u202e\xff\U000e0041`
	if got := printable.Escape("\"\\\x1b\u202e\xff\U000e0041"); got != want {
		t.Errorf("escaped: got %s, want %s", got, want)
	}
}

// FuzzQuote holds quoted and distinct text to Go's rules, and all forms to being printable.
func FuzzQuote(f *testing.F) {
	f.Add("a\x00\a\b\t\n\v\f\r\xff\u2028\U0010ffff'\"\\" + string(hidden))
	f.Fuzz(func(t *testing.T, text string) {
		quoted := printable.Quote(text)
		if back, err := strconv.Unquote(quoted); err != nil || back != text {
			t.Errorf("%+q: quoted %s, which is %+q, %v", text, quoted, back, err)
		}
		if standard := fmt.Sprintf("%q", text); len(quoted) < len(standard) {
			t.Errorf("%+q: quoted %s, fmt escapes more: %s", text, quoted, standard)
		}
		distinct := printable.Distinct(text)
		if back, err := undo(distinct); err != nil || back != text {
			t.Errorf("%+q: distinct %s, which is %+q, %v", text, distinct, back, err)
		}
		for _, shown := range []string{
			quoted, distinct, printable.Text(text), printable.Escape(text),
		} {
			checkShown(t, text, shown)
		}
	})
}

// undo returns the text that Distinct has made an escaped text of.
func undo(escaped string) (string, error) {
	return strconv.Unquote(`"` + strings.ReplaceAll(escaped, `"`, `\"`) + `"`)
}

// FuzzJSON holds both ways to write JSON to encoding/json, and to being printable.
func FuzzJSON(f *testing.F) {
	f.Add("a\x00\xff\u2028\U0010ffff'\"\\\x7f" + string(hidden))
	f.Fuzz(func(t *testing.T, text string) {
		standard, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(standard, &want); err != nil {
			t.Fatal(err)
		}
		written := printable.AppendJSON(nil, []byte(text))
		escaped := printable.EscapeJSON(standard)
		for _, document := range [][]byte{written, escaped} {
			var got string
			if err := json.Unmarshal(document, &got); err != nil || got != want {
				t.Errorf("%+q: %s is %+q, %v", text, document, got, err)
			}
			checkShown(t, text, string(document))
		}
	})
}

func checkShown(t *testing.T, text, shown string) {
	t.Helper()
	hides := func(r rune) bool { return !printable.Rune(r) }
	if !utf8.ValidString(shown) || strings.ContainsFunc(shown, hides) {
		t.Errorf("%+q: written %+q", text, shown)
	}
}

func TestEscapeJSONKeepsLines(t *testing.T) {
	const document = "{\n  \"a\": \"\u009b\"\n}\n"
	const want = "{\n  \"a\": \"\\u009b\"\n}\n"
	if got := string(printable.EscapeJSON([]byte(document))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
