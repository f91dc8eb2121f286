package provider

import (
	"fmt"

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
