package provider

import (
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

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
