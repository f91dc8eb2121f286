package provider

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A token is a word, a single character, or the end of the text, which has no source.
type token struct {
	offset  int // in bytes
	source  string
	comment string // what stands right before it
}

// String returns the token as error messages name it.
func (t token) String() string {
	if t.source == "" {
		return "the end"
	}
	if len(t.source) > longest {
		return strconv.Quote(t.source[:longest]) + "…"
	}
	return strconv.Quote(t.source)
}

func (t token) isWord() bool { return t.source != "" && isWord(t.source[0]) }

// isName reports whether the token can be the name of something.
func (t token) isName() bool { return t.isWord() && !isDigit(t.source[0]) }

// A scanner splits a text into tokens.
type scanner struct {
	file, text string
	at         int
	define     func(line string) // is called with what follows #define
}

// next reads a token. Comments and directives are between tokens.
func (s *scanner) next() (token, error) {
	comment := ""
	for behind := s.at > 0; ; { // behind a token in its line
		newlines := s.blank()
		behind = behind && newlines == 0
		if newlines > 1 {
			comment = "" // it is about nothing in particular
		}
		rest := s.text[s.at:]
		switch {
		case strings.HasPrefix(rest, "/*"):
			length := strings.Index(rest[2:], "*/")
			if length < 0 {
				return token{}, errorf(s.file, s.text, s.at, "the comment has no end; write */")
			}
			s.at += length + 4
			comment = sentence(rest[2 : length+2])
		case strings.HasPrefix(rest, "//"):
			comment = sentence(s.lineComments(!behind))
		case strings.HasPrefix(rest, "#") && s.beginsLine():
			comment = ""
			s.directive()
		default:
			t := token{offset: s.at, source: rest[:tokenEnd(rest)], comment: comment}
			s.at += len(t.source)
			return t, nil
		}
		if behind && s.endsLine() {
			comment = "" // it is about what stands before it
		}
	}
}

// lineComments passes over a comment that begins with //, and with more over those in the lines
// that follow, and returns what they say.
func (s *scanner) lineComments(more bool) string {
	var text strings.Builder
	for {
		line := lineOf(s.text[s.at:])
		text.WriteString(line[len("//"):] + "\n")
		s.at += len(line)
		next, _ := strings.CutPrefix(s.text[s.at:], "\n")
		next = strings.TrimLeft(next, " \t")
		if !more || !strings.HasPrefix(next, "//") {
			return text.String()
		}
		s.at = len(s.text) - len(next)
	}
}

// blank passes over blanks, and returns how many lines end there.
func (s *scanner) blank() (newlines int) {
	start := s.at
	s.at = len(s.text) - len(strings.TrimLeft(s.text[start:], " \t\r\n\f\v"))
	return strings.Count(s.text[start:s.at], "\n")
}

// beginsLine reports whether only blanks precede the place in its line.
func (s *scanner) beginsLine() bool {
	before := strings.TrimRight(s.text[:s.at], " \t")
	return before == "" || strings.HasSuffix(before, "\n") || strings.HasSuffix(before, "*/")
}

// endsLine reports whether only blanks follow the place in its line.
func (s *scanner) endsLine() bool {
	after := strings.TrimLeft(s.text[s.at:], " \t\r")
	return after == "" || after[0] == '\n'
}

// directive passes over a line that begins with #, and the lines that it continues on.
func (s *scanner) directive() {
	start := s.at
	for s.at < len(s.text) {
		line := lineOf(s.text[s.at:])
		s.at = min(s.at+len(line)+1, len(s.text))
		if !strings.HasSuffix(strings.TrimSuffix(line, "\r"), `\`) {
			break
		}
	}
	name, rest, _ := strings.Cut(strings.TrimLeft(s.text[start+1:s.at], " \t"), " ")
	if name == "define" && s.define != nil {
		s.define(strings.ReplaceAll(rest, "\\\n", " "))
	}
}

// mostComment bounds a description, in bytes.
const mostComment = 500

// sentence returns the first paragraph of a comment as one line.
func sentence(comment string) string {
	var words []string
	for line := range strings.Lines(comment) {
		fields := strings.Fields(strings.TrimLeft(line, " \t*"))
		if len(fields) == 0 && len(words) > 0 {
			break
		}
		words = append(words, fields...)
	}
	text := strings.Join(words, " ")
	if len(text) > mostComment {
		text = strings.ToValidUTF8(text[:mostComment-len("…")], "") + "…"
	}
	return text
}

func lineOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// tokenEnd returns the length of the token that the text begins with, in bytes.
func tokenEnd(text string) int {
	if text == "" || !isWord(text[0]) {
		_, size := utf8.DecodeRuneInString(text)
		return size
	}
	end := 1
	for end < len(text) && isWord(text[end]) {
		end++
	}
	return end
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return isDigit(c) || c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
