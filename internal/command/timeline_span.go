package command

import "container/list"

// A spanKey tells spans that are open at the same time apart.
type spanKey struct {
	pid  uint32
	pair string // the name
	key  uint64
}

// maxOpenSpans bounds what spans without an end take.
const maxOpenSpans = 1 << 16

// openSpans has the spans whose end has not come yet: for how many starts of a key. When there is
// no room, it forgets those of the key that was started first.
type openSpans struct {
	elements  map[spanKey]*list.Element
	byAge     list.List // of *openSpan, oldest first
	forgotten uint64    // spans
}

type openSpan struct {
	key    spanKey
	starts uint64 // without an end
}

func newOpenSpans() *openSpans { return &openSpans{elements: make(map[spanKey]*list.Element)} }

// start opens a span.
func (o *openSpans) start(key spanKey) {
	if e := o.elements[key]; e != nil {
		e.Value.(*openSpan).starts++
		return
	}
	if len(o.elements) >= maxOpenSpans {
		o.forgotten += o.remove(o.byAge.Front())
	}
	o.elements[key] = o.byAge.PushBack(&openSpan{key, 1})
}

// end ends the last span of a key, and reports whether there was one.
func (o *openSpans) end(key spanKey) bool {
	e := o.elements[key]
	if e == nil {
		return false
	}
	span := e.Value.(*openSpan)
	if span.starts--; span.starts == 0 {
		o.remove(e)
	}
	return true
}

// remove removes the spans of a key, and returns how many were open.
func (o *openSpans) remove(e *list.Element) uint64 {
	span := o.byAge.Remove(e).(*openSpan)
	delete(o.elements, span.key)
	return span.starts
}

// open returns how many spans have no end.
func (o *openSpans) open() uint64 {
	n := o.forgotten
	for e := o.byAge.Front(); e != nil; e = e.Next() {
		n += e.Value.(*openSpan).starts
	}
	return n
}
