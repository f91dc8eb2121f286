package provider

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// Write returns the signatures as the text of a file that Parse reads, and those that cannot be
// written, because the syntax has no such names. Probes are in the order of the signatures, those
// of a provider together. Types of Go become those of C; one that has a name of its own becomes a
// typedef.
func Write(of []signature.Signature) (text string, left []signature.Signature) {
	w := writer{bodies: make(map[string]*strings.Builder), types: make(map[string]layout)}
	for _, s := range of {
		if !isIdentifier(s.Provider) || !isIdentifier(s.Probe) {
			left = append(left, s)
			continue
		}
		w.probe(s)
	}
	return w.text(), left
}

type writer struct {
	order    []string // of the providers
	bodies   map[string]*strings.Builder
	typedefs []string
	types    map[string]layout // what the typedefs say
}

func (w *writer) text() string {
	var all strings.Builder
	for _, line := range w.typedefs {
		all.WriteString(line)
	}
	for _, provider := range w.order {
		if all.Len() > 0 {
			all.WriteString("\n")
		}
		fmt.Fprintf(&all, "provider %s {\n%s};\n", provider, w.bodies[provider])
	}
	return all.String()
}

func (w *writer) probe(s signature.Signature) {
	body := w.bodies[s.Provider]
	if body == nil {
		body = new(strings.Builder)
		w.bodies[s.Provider] = body
		w.order = append(w.order, s.Provider)
	}
	if s.Description != "" {
		if body.Len() > 0 {
			body.WriteString("\n")
		}
		text := sentence(printable.Escape(strings.ReplaceAll(s.Description, "*/", "* /")))
		wrap(body, "\t/* ", "\t   ", strings.Fields(text+" */"))
	}
	var params []string
	used := make(map[string]bool)
	for _, p := range s.Params {
		params = append(params, w.params(p, used)...)
	}
	wrap(body, "\tprobe "+s.Probe+"(", "\t\t", commas(params))
}

// params returns the declarations of a parameter, which are two for one that takes two places.
// Names that cannot be declared, or could mean something else, are left out: so is NAME_len behind
// any NAME, because a typedef of another probe can make bytes of what is an address here. Those in
// used are taken.
func (w *writer) params(p signature.Param, used map[string]bool) []string {
	name := p.Label()
	place, isNumber := signature.Numbered(name)
	if !canBeName(name) || used[name] || isNumber && place != p.Place {
		name = fmt.Sprintf("arg%d", p.Place)
	}
	used[name], used[name+length] = true, true
	typeName := w.typeName(p.Type)
	space := " "
	if strings.HasSuffix(typeName, "*") {
		space = ""
	}
	first := typeName + space + name
	if p.Places() == 1 {
		return []string{first}
	}
	return []string{first, "int " + name + length}
}

// canBeName reports whether a parameter can have the name.
func canBeName(name string) bool {
	d, ok := declared("int " + name)
	return ok && d.name.source == name
}

// commas returns the parameters with what follows each.
func commas(params []string) []string {
	if len(params) == 0 {
		return []string{");"}
	}
	last := len(params) - 1
	for i := range params[:last] {
		params[i] += ","
	}
	params[last] += ");"
	return params
}

// width is where lines end, if they can, in columns. A tab takes 8.
const width = 96

// wrap writes words with blanks between them, after what is before the first, in lines of which all
// but the first begin with indent.
func wrap(b *strings.Builder, before, indent string, words []string) {
	column := func(s string) int { return len(s) + 7*strings.Count(s, "\t") }
	at := column(before)
	b.WriteString(before)
	for i, word := range words {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+length > width:
			b.WriteString("\n" + indent)
			at = column(indent)
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += length
	}
	b.WriteString("\n")
}

func isIdentifier(s string) bool {
	for i, c := range []byte(s) {
		if !isWord(c) || i == 0 && isDigit(c) {
			return false
		}
	}
	return s != ""
}
