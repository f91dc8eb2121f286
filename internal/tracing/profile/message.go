package profile

import (
	"encoding/binary"
	"strings"
)

// A message is one of Protocol Buffers: fields, each with its number and its kind before it.
type message struct{ bytes []byte }

const (
	varint    = 0
	delimited = 2
)

func (m *message) begin(field, kind int) {
	m.bytes = binary.AppendUvarint(m.bytes, uint64(field<<3|kind)) // #nosec G115 -- a constant
}

// number appends a field, unless it is 0, which is the default.
func (m *message) number(field int, n uint64) {
	if n != 0 {
		m.always(field, n)
	}
}

// always appends a field that is not left out if it is 0: one of several.
func (m *message) always(field int, n uint64) {
	m.begin(field, varint)
	m.bytes = binary.AppendUvarint(m.bytes, n)
}

// string appends a text. U+FFFD replaces what is not UTF-8.
func (m *message) string(field int, s string) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	m.begin(field, delimited)
	m.bytes = binary.AppendUvarint(m.bytes, uint64(len(s)))
	m.bytes = append(m.bytes, s...)
}

func (m *message) nested(field int, n message) {
	m.begin(field, delimited)
	m.bytes = binary.AppendUvarint(m.bytes, uint64(len(n.bytes)))
	m.bytes = append(m.bytes, n.bytes...)
}
