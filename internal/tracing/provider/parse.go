package provider

import (
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

const (
	// MaxSize bounds a file, in bytes.
	MaxSize = 1 << 20

	// maxPlaces bounds the arguments of a probe. The macros of sys/sdt.h pass 12.
	maxPlaces = 64
)

// Parse reads the text of a file, which error messages call file. Its errors about the text are of
// type *Error.
func Parse(file, text string) ([]signature.Signature, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("%s has more than %d bytes; split it", file, MaxSize)
	}
	p := parser{
		scanner: scanner{file: file, text: text},
		types:   make(map[string]layout),
		probes:  make(map[form]bool),
	}
	p.define = p.defined
	if err := p.advance(); err != nil {
		return nil, err
	}
	for p.token.source != "" {
		if err := p.declaration(); err != nil {
			return nil, err
		}
	}
	return p.found, nil
}

type parser struct {
	scanner
	token  token             // the next one
	types  map[string]layout // of the file
	probes map[form]bool     // that were declared
	found  []signature.Signature
}

// A form of a probe is what one version of its program passes.
type form struct {
	name   signature.Name
	places int
}

func (p *parser) errorf(at token, format string, args ...any) error {
	return errorf(p.file, p.text, at.offset, format, args...)
}

// advance reads the next token.
func (p *parser) advance() (err error) {
	p.token, err = p.next()
	return err
}

// expect passes over a character, or a word.
func (p *parser) expect(source string) error {
	if p.token.source != source {
		return p.errorf(p.token, "expected %s before %v", source, p.token)
	}
	return p.advance()
}

// name passes over the name of a thing.
func (p *parser) name(thing string) (token, error) {
	t := p.token
	if !t.isName() {
		return t, p.errorf(t, "expected the name of a %s, not %v", thing, t)
	}
	return t, p.advance()
}

// declaration reads what stands outside of providers, or a provider.
func (p *parser) declaration() error {
	switch p.token.source {
	case "provider":
		return p.provider()
	case "typedef":
		return p.typedef()
	case "struct", "union", "enum":
		_, err := p.skip()
		return err
	case ";":
		return p.advance()
	}
	return p.errorf(p.token, "expected provider, typedef or struct, not %v", p.token)
}

func (p *parser) provider() error {
	if err := p.advance(); err != nil {
		return err
	}
	name, err := p.name("provider")
	if err != nil {
		return err
	}
	if err := p.expect("{"); err != nil {
		return err
	}
	for p.token.source != "}" {
		if err := p.probe(name.source); err != nil {
			return err
		}
	}
	return p.advance()
}

func (p *parser) probe(provider string) error {
	description := p.token.comment
	if p.token.source != "probe" {
		return p.errorf(p.token, "expected probe or } before %v", p.token)
	}
	if err := p.advance(); err != nil {
		return err
	}
	name, err := p.name("probe")
	if err != nil {
		return err
	}
	params, err := p.parameters()
	if err != nil {
		return err
	}
	if p.token.source == ":" {
		return p.errorf(p.token, "only what the program passes counts; remove the translation after )")
	}
	if err := p.expect(";"); err != nil {
		return err
	}
	s := signature.New(provider, name.source, description, params...)
	of := form{signature.Name{Provider: provider, Probe: name.source}, s.Places()}
	if p.probes[of] {
		return p.errorf(name, "%s:%s with as many arguments is declared twice; remove one",
			provider, name.source)
	}
	p.probes[of] = true
	p.found = append(p.found, s)
	return nil
}

// parameters reads the list in parentheses.
func (p *parser) parameters() ([]signature.Param, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var list []parameter
	for p.token.source != ")" {
		if len(list) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		parameter, err := p.parameter()
		if err != nil {
			return nil, err
		}
		list = append(list, parameter)
		if len(list) > maxPlaces {
			return nil, p.errorf(parameter.start, "more than %d arguments", maxPlaces)
		}
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if len(list) == 1 && list[0].isVoid() && list[0].name.source == "" {
		return nil, nil
	}
	return p.arguments(list)
}

// arguments returns what the parameters mean: some belong together.
func (p *parser) arguments(list []parameter) (params []signature.Param, err error) {
	seen := make(map[string]bool)
	for i := 0; i < len(list); i++ {
		param := list[i]
		name := param.name.source
		value, problem := param.value()
		if problem != "" {
			return nil, p.errorf(param.start, "%s", problem)
		}
		if name != "" && seen[name] {
			return nil, p.errorf(param.name, "two arguments have the name %s", name)
		}
		seen[name] = true
		if place, ok := signature.Numbered(name); ok {
			if place != i {
				return nil, p.errorf(param.name, "this is the argument arg%d; choose another name", i)
			}
			name = ""
		}
		if i+1 < len(list) && list[i+1].isLengthOf(param) {
			switch {
			case value.kind == signature.String:
				value.kind = signature.Text
			case param.isBytes():
				value.kind = signature.Bytes
			}
		}
		params = append(params, signature.Param{
			Name: name,
			Type: signature.Type{Name: param.String(), Kind: value.kind, Size: value.size},
		})
		i += params[len(params)-1].Places() - 1
	}
	return params, nil
}

// A parameter is one of a probe, or the type and name of a typedef.
type parameter struct {
	declarator
	start token
	name  token // with an empty source when there is none
}

// length is what follows the name of text or bytes in the name of their length.
const length = "_len"

// isLengthOf reports whether the parameter is how many bytes there are at the address p.
func (l parameter) isLengthOf(p parameter) bool {
	value, problem := l.value()
	isInteger := value.kind == 0 || value.kind == signature.Int || value.kind == signature.Uint
	return p.name.source != "" && l.name.source == p.name.source+length && problem == "" && isInteger
}

// parameter reads a type and a name, which may be absent.
func (p *parser) parameter() (parameter, error) {
	d := parameter{start: p.token}
	for d.name.source == "" {
		more, err := p.word(&d)
		if err != nil {
			return d, err
		}
		if !more {
			break
		}
	}
	for p.token.source == "[" {
		if err := p.array(&d); err != nil {
			return d, err
		}
	}
	switch {
	case p.token.source == "(":
		return d, p.errorf(p.token, "for the address of a function write void *")
	case !d.isComplete():
		return d, p.errorf(d.start, "expected a type, not %v", d.start)
	}
	return d, nil
}

// word reads a part of a type, or the name that follows it.
func (p *parser) word(d *parameter) (more bool, err error) {
	t := p.token
	switch {
	case t.source == "*" && d.isComplete():
		d.pointers++
		return true, p.advance()
	case !t.isName():
		return false, nil
	case slices.Contains([]string{"const", "volatile", "restrict", "__restrict"}, t.source):
		if d.pointers == 0 {
			d.declarator.name = append(d.declarator.name, t.source)
		}
		return true, p.advance()
	case slices.Contains(words, t.source):
		if d.pointers > 0 || d.named != "" {
			return false, nil
		}
		d.words = append(d.words, t.source)
		d.declarator.name = append(d.declarator.name, t.source)
		return true, p.advance()
	case !d.isComplete():
		return true, p.named(d)
	}
	d.name = t
	return true, p.advance()
}

// named reads a type that has a name.
func (p *parser) named(d *parameter) error {
	t := p.token
	d.named = t.source
	d.declarator.name = append(d.declarator.name, t.source)
	if err := p.advance(); err != nil {
		return err
	}
	switch t.source {
	case "struct", "union", "enum":
		if p.token.source == "{" {
			return nil
		}
		tag, err := p.name(t.source)
		d.declarator.name = append(d.declarator.name, tag.source)
		if t.source == "enum" {
			d.layout = signed4
		}
		return err
	}
	d.layout = p.layoutOf(t.source)
	return nil
}

func (p *parser) layoutOf(name string) layout {
	if own, ok := p.types[name]; ok {
		return own
	}
	return names[name]
}

// array passes over the brackets of an array, which C passes by its address.
func (p *parser) array(d *parameter) error {
	if err := p.advance(); err != nil {
		return err
	}
	if p.token.isWord() {
		if err := p.advance(); err != nil {
			return err
		}
	}
	d.pointers++
	return p.expect("]")
}
