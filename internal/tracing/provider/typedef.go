package provider

// typedef reads a typedef. Its name stands for the layout of its type.
func (p *parser) typedef() error {
	if err := p.advance(); err != nil {
		return err
	}
	start := *p
	d, err := p.parameter()
	if err != nil {
		return err
	}
	if p.token.source == "{" { // a structure, whose name comes at the end
		*p = start
		name, err := p.skip()
		p.types[name.source] = layout{}
		return err
	}
	if d.name.source == "" {
		return p.errorf(p.token, "expected the name of the type before %v", p.token)
	}
	if err := p.declare(d); err != nil {
		return err
	}
	return p.expect(";")
}

func (p *parser) declare(d parameter) error {
	value, problem := d.value()
	if problem != "" {
		return p.errorf(d.start, "%s", problem)
	}
	p.types[d.name.source] = value
	return nil
}

// skip passes over a declaration, and returns its last word.
func (p *parser) skip() (last token, err error) {
	start := p.token
	for depth := 0; p.token.source != ";" || depth > 0; {
		switch p.token.source {
		case "":
			return last, p.errorf(start, "the declaration has no end; write ;")
		case "{":
			depth++
		case "}":
			depth--
		}
		if p.token.isName() {
			last = p.token
		}
		if err := p.advance(); err != nil {
			return last, err
		}
	}
	return last, p.advance()
}

// defined takes NAME TYPE of a line that begins with #define. Others are left alone: a line may
// define anything.
func (p *parser) defined(line string) {
	q := parser{scanner: scanner{text: line}, types: p.types}
	if q.advance() != nil {
		return
	}
	name, err := q.name("type")
	if err != nil {
		return
	}
	d, err := q.parameter()
	if err == nil && d.name.source == "" && q.token.source == "" {
		d.name = name
		_ = q.declare(d) // it may be no type
	}
}
