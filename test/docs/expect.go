package docs

import (
	"regexp"
	"slices"
	"strings"
)

// kinds has what differs from run to run, and stands on a page for anything of its kind. At one
// place the first counts. A word stands for itself, with the digits that it has (arg0, x86_64).
var kinds = []struct{ name, pattern string }{
	{"date and time", `\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:?\d\d)?`},
	{"time of day", `\d\d:\d\d:\d\d(?:\.\d+)?`},
	{"address", `0x[0-9a-f]+(?: \+\d+)?`},
	{"hash", `\b(?:[0-9a-f]*[a-f][0-9a-f]{11,}|[0-9a-f]{11,}[a-f][0-9a-f]*)\b`},
	{"word", `[\pL_][\pL\d_]*`},
	{"duration", `-?(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+\b`},
	{"size", `\d+(?:\.\d+)? ?(?:[KMGT]i?)?B\b`},
	{"number", `-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]\d+)?`},
	{"space", ` +`},
	{"dots", `\.\.\.`},
	{"other", `.`},
}

// figures are the kinds that a block can show exactly.
var figures = []string{"duration", "size", "number"}

var (
	token     = regexp.MustCompile(`^(?:` + alternatives() + `)`)
	serial    = regexp.MustCompile(`\d{6,}`) // in a word, such as the name of a temporary directory
	row       = regexp.MustCompile(`^\s*[\[(].*[\])]\s+\d+\s*\|[@ ]*\|$`)
	optional  = regexp.MustCompile(strings.Join(notices, "|"))
	interrupt = "^C"
	others    = "..."
)

// notices are lines that a page may leave out.
var notices = []string{
	`^usdt: tracing \d+ probes? .*; Ctrl-C ends it$`,
	`^usdt: \d+ events?, 0 lost$`,
	`^(usdt: )?\d* ?(starts?|ends?|spans?) without an? (end|start)`,
	`^usdt: tracing has ended; usdt ends with `,
	`^Attach(ing|ed) \d+ probes?(\.\.\.)?$`,                              // bpftrace
	`^ERROR: Unknown error -1: couldn't set RLIMIT_MEMLOCK for bpftrace`, // it goes on
	`^go: (downloading|added|creating|to add|finding|upgraded) `,
	`^\s+go mod tidy$`,
}

func alternatives() string {
	var all []string
	for _, k := range kinds {
		all = append(all, "("+k.pattern+")")
	}
	return strings.Join(all, "|")
}

// expression returns what a line of output must match. Spaces stand for any number of spaces,
// because columns are as wide as what is in them. A number of a process stands for its process id,
// but a number that happens to be a process id does not.
func expression(line string, exact bool, processes map[string]string) *regexp.Regexp {
	pattern := ""
	for rest := strings.TrimSpace(line); rest != ""; {
		found := token.FindStringSubmatch(rest)
		text := found[0]
		rest = rest[len(text):]
		kind := kinds[slices.Index(found[1:], text)]
		switch {
		case kind.name == "space":
			pattern += ` +`
		case kind.name == "dots":
			pattern += `.*`
		case kind.name == "word" && !exact:
			pattern += serial.ReplaceAllString(regexp.QuoteMeta(text), `\d+`)
		case processes[text] != "":
			pattern += regexp.QuoteMeta(processes[text])
		case kind.name == "other" || kind.name == "word" ||
			exact && slices.Contains(figures, kind.name):
			pattern += regexp.QuoteMeta(text)
		default:
			pattern += "(?:" + kind.pattern + ")"
		}
	}
	return regexp.MustCompile(`^\s*` + pattern + `\s*$`)
}

// A want is a part of an output that a page shows.
type want struct {
	text       string
	expression *regexp.Regexp // nil for ^C, and for ...
	again      bool           // it can match further lines: rows of a histogram, ...
}

// wants returns the parts of the output that a page shows.
func wants(output []string, b *block, processes map[string]string) (all []want) {
	any := want{text: others, again: true}
	for _, line := range output {
		switch {
		case strings.TrimSpace(line) == "":
		case line == others:
			all = append(all, any)
		case line == interrupt:
			all = append(all, want{text: interrupt}, any)
		case row.MatchString(line):
			if len(all) == 0 || all[len(all)-1].expression != row {
				all = append(all, want{line, row, true})
			}
		default:
			if b.excerpt {
				all = append(all, any)
			}
			all = append(all, want{line, expression(line, b.exact, processes), false})
		}
	}
	if b.excerpt {
		all = append(all, any)
	}
	return all
}

// A matcher compares lines, as they come, with what is wanted.
type matcher struct {
	wants       []want
	at          []bool // what can be wanted next; the last is for the end
	interrupted bool
}

func newMatcher(wants []want) *matcher {
	m := &matcher{wants: wants, at: make([]bool, len(wants)+1)}
	m.at[0] = true
	m.skip()
	return m
}

// skip also expects what is behind parts that need no line.
func (m *matcher) skip() {
	for i, w := range m.wants {
		if m.at[i] && w.expression == nil && (w.text == others || m.interrupted) {
			m.at[i+1] = true
		}
	}
}

// take says whether the output can go on with this line.
func (m *matcher) take(line string) bool {
	if strings.TrimSpace(line) == "" {
		return true
	}
	next := make([]bool, len(m.at))
	for i, w := range m.wants {
		isOther := w.text == others && w.expression == nil
		if m.at[i] && (isOther || w.expression != nil && w.expression.MatchString(line)) {
			next[i+1] = true
			next[i] = next[i] || w.again
		}
	}
	if !slices.Contains(next, true) {
		return optional.MatchString(line) || m.interrupts()
	}
	m.at = next
	m.skip()
	return true
}

// interrupts says whether all has come that is before ^C.
func (m *matcher) interrupts() bool {
	for i, w := range m.wants {
		if m.at[i] && w.text == interrupt && w.expression == nil && !m.interrupted {
			return true
		}
	}
	return false
}

// interrupt goes on behind ^C.
func (m *matcher) interrupt() {
	m.interrupted = true
	m.skip()
}

// done says whether the output can end here.
func (m *matcher) done() bool { return m.at[len(m.wants)] }

// next returns the last of the parts that can come next.
func (m *matcher) next() string {
	for i := len(m.wants) - 1; i >= 0; i-- {
		if m.at[i] {
			return m.wants[i].text
		}
	}
	return "nothing"
}
