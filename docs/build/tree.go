package main

// An element is a part of a page as Pandoc's JSON has it: a kind, such as "Link", and its content.
// The content is made of arrays, texts, numbers and elements, in an order that depends on the kind.
type element = map[string]any

// attributes is what many elements have first: an identifier, classes, and pairs of texts.
func attributes(id string, classes ...string) []any {
	all := []any{}
	for _, c := range classes {
		all = append(all, c)
	}
	return []any{id, all, []any{}}
}

func newElement(kind string, content any) element { return element{"t": kind, "c": content} }

// rawBlock is HTML, for HTML and EPUB.
func rawBlock(html string) element { return newElement("RawBlock", []any{"html", html}) }

// str is a text without marks.
func str(text string) []any { return []any{newElement("Str", text)} }

// walk calls visit for all elements of a tree, those inside of an element before it. visit may
// change the element.
func walk(tree any, visit func(kind string, e element)) {
	switch tree := tree.(type) {
	case []any:
		for _, part := range tree {
			walk(part, visit)
		}
	case element:
		walk(tree["c"], visit)
		if kind, ok := tree["t"].(string); ok {
			visit(kind, tree)
		}
	}
}

// become has an element become another, where it is.
func become(e, other element) {
	clear(e)
	for key, value := range other {
		e[key] = value
	}
}

// part returns the i-th part of an element's content.
func part[T any](e element, i int) (value T) {
	if all, ok := e["c"].([]any); ok && i < len(all) {
		value, _ = all[i].(T)
	}
	return value
}

// setPart changes the i-th part of an element's content.
func setPart(e element, i int, value any) { e["c"].([]any)[i] = value }

// classes returns the classes of an element that has attributes first.
func classes(e element) (names []string) {
	if a := part[[]any](e, 0); len(a) > 1 {
		for _, name := range a[1].([]any) {
			names = append(names, name.(string))
		}
	}
	return names
}

// Images and links have attributes, then texts, then this.
const targetPart = 2

// target returns where an image or link leads.
func target(e element) string { return part[[]any](e, targetPart)[0].(string) }

func setTarget(e element, to string) { part[[]any](e, targetPart)[0] = to }

// clone returns a copy that can be changed.
func clone(tree any) any {
	switch tree := tree.(type) {
	case []any:
		all := make([]any, len(tree))
		for i, part := range tree {
			all[i] = clone(part)
		}
		return all
	case element:
		copied := make(element, len(tree))
		for key, value := range tree {
			copied[key] = clone(value)
		}
		return copied
	}
	return tree
}
