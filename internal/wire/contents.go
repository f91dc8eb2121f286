package wire

import (
	"encoding/binary"

	"github.com/go-usdt/usdt/stapsdt"
)

// contents is what is not read yet of a frame. When it ends too early, isBad is set, and what is
// read from then on is zero.
type contents struct {
	rest  []byte
	isBad bool
}

func (c *contents) number() uint64 {
	n, size := binary.Uvarint(c.rest)
	return taken(c, n, size)
}

func (c *contents) signed() int64 {
	n, size := binary.Varint(c.rest)
	return taken(c, n, size)
}

// taken takes a number of that size, which is not positive when there is none.
func taken[N int64 | uint64](c *contents, n N, size int) N {
	if size <= 0 || c.take(size) == nil {
		c.rest, c.isBad = nil, true
		return 0
	}
	return n
}

// take returns the next n bytes, nil if there are fewer.
func (c *contents) take(n int) []byte {
	if n > len(c.rest) || c.isBad {
		c.rest, c.isBad = nil, true
		return nil
	}
	taken := c.rest[:n:n]
	c.rest = c.rest[n:]
	return taken
}

func (c *contents) text(limit int) []byte {
	n := c.number()
	if n > uint64(limit) { // #nosec G115 -- not negative
		c.isBad = true
		return nil
	}
	return c.take(int(n)) // #nosec G115 -- checked
}

func (d *Decoder) probe(c *contents, size int) (*Probe, error) {
	d.table += size
	if len(d.probes) == MaxProbes || d.table > maxTable {
		return nil, malformed("more than %d probes, or %d bytes of them", MaxProbes, maxTable)
	}
	p := &Probe{
		Provider: string(c.text(MaxName)), Name: string(c.text(MaxName)),
		Description: string(c.text(MaxWords)),
	}
	n := c.number()
	if n > MaxArgs {
		return nil, malformed("a probe with %d arguments", n)
	}
	for range n {
		a := Arg{Name: string(c.text(MaxName)), GoType: string(c.text(MaxName))}
		if b := c.take(1); b != nil {
			a.Type = stapsdt.ArgType(b[0])
		}
		if !c.isBad && (a.Type < stapsdt.Int8 || a.Type > stapsdt.Bytes) {
			return nil, malformed("an argument of the type %d", a.Type)
		}
		p.Args = append(p.Args, a)
	}
	d.probes = append(d.probes, p)
	return p, nil
}

func (d *Decoder) decodeEvent(c *contents) (*Event, error) {
	number := c.number()
	if number >= uint64(len(d.probes)) {
		return nil, malformed("an event of probe %d of %d", number, len(d.probes))
	}
	d.last += c.signed()
	d.event.Probe = int(number) // #nosec G115 -- checked
	d.event.Nanoseconds = d.last
	d.event.Values = d.event.Values[:0]
	for _, a := range d.probes[number].Args {
		d.event.Values = append(d.event.Values, c.value(a.Type))
	}
	return &d.event, nil
}

func (c *contents) value(t stapsdt.ArgType) (v Value) {
	switch {
	case isText(t):
		length := c.number()
		v.Data = c.text(MaxText)
		if length > maxLength || int(length) < len(v.Data) { // #nosec G115 -- checked
			c.isBad = true
			return v
		}
		v.Length = int(length) // #nosec G115 -- checked
	case isSigned(t):
		v.Bits = uint64(c.signed()) // #nosec G115 -- the same bits
	case t == stapsdt.Float32:
		if b := c.take(4); b != nil {
			v.Bits = uint64(order.Uint32(b))
		}
	case t == stapsdt.Float64:
		if b := c.take(8); b != nil {
			v.Bits = order.Uint64(b)
		}
	default:
		v.Bits = c.number()
	}
	return v
}
