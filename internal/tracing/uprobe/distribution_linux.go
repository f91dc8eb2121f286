package uprobe

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// byWords is the room, in words of 8 bytes, for a text that tells groups apart. The last byte is
// the number of the bytes, or 0 for a text that ends with a NUL.
const byWords = 8

// MaxByText is how many bytes of a text tell groups apart.
const MaxByText = 8*byWords - 1

// How many buckets there can be.
const (
	logBuckets   = 2 << 10  // more than a logarithmic scale has
	groupBuckets = 16 << 10 // of all groups together, or of a linear scale
)

// DistributionOptions say which distribution is wanted.
type DistributionOptions struct {
	Options
	Arg    Argument // whose values are counted
	Scale  histogram.Scale
	By     Argument // by whose values they are grouped; NoArgument for one group
	ByText bool     // By points to text, of which the first MaxByText bytes count
}

// A Distribution counts, in the kernel, how often an argument had which value. Its methods are not
// safe for concurrent use, except for Detach.
type Distribution struct {
	*session
	spec       DistributionOptions
	counts     *valueCounts
	unreadable *ebpf.Map
}

// Distribute attaches to the probes. The caller closes the Distribution.
func Distribute(probes []Probe, o DistributionOptions) (*Distribution, error) {
	d := &Distribution{session: newSession(o.Options), spec: o}
	if err := d.attachAll(probes); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Distribution) attachAll(probes []Probe) error {
	limit := logBuckets
	if d.spec.By != NoArgument || d.spec.Scale.Linear {
		limit = groupBuckets
	}
	var err error
	if d.counts, err = d.newValueCounts(limit); err != nil {
		return err
	}
	if d.unreadable, err = d.newNumbers("usdt_unreadable", 1); err != nil {
		return err
	}
	return d.attach(d.body, probes...)
}

func (d *Distribution) body(p *program) error {
	o := d.spec
	end, unreadable := p.newLabel(), p.newLabel()
	if err := p.unless(o.Filter, end); err != nil {
		return err
	}
	arg, err := p.read(o.Arg, unreadable)
	if err != nil {
		return err
	}
	p.clearKey()
	if o.By != NoArgument {
		by, err := p.read(o.By, unreadable)
		if err != nil {
			return err
		}
		if err := p.group(by, o.ByText, unreadable); err != nil {
			return err
		}
	}
	p.emit(asm.LoadMem(regTemp, asm.RFP, frameArg(arg), asm.DWord))
	p.countValue(d.counts, o.Scale, p.args[arg].Signed)
	p.jump(end)
	p.place(unreadable)
	p.increment(d.unreadable, 0)
	p.place(end)
	p.exit()
	return nil
}

// group writes the group that the event belongs to into the bucketKey at frameKey: a text, or an
// integer and, in the second word, 1 if it is negative. The sites of the probes may differ in the
// sign of the argument.
func (p *program) group(arg int, isText bool, unreadable string) error {
	const by, negative = frameKey + 8, frameKey + 16
	if !isText {
		p.emit(
			asm.LoadMem(asm.R1, asm.RFP, frameArg(arg), asm.DWord),
			asm.StoreMem(asm.RFP, by, asm.R1, asm.DWord),
		)
		if p.args[arg].Signed {
			done := p.newLabel()
			p.emit(
				asm.JSGE.Imm(asm.R1, 0, done),
				asm.StoreImm(asm.RFP, negative, 1, asm.Word),
			)
			p.place(done)
		}
		return nil
	}
	if p.site.isSized(arg) {
		if _, err := p.read(Numbered(arg+1), unreadable); err != nil {
			return err
		}
		p.touch(arg)
		p.emit(loadAddress(asm.R1, by)...)
		p.sizedText(arg, MaxByText)
		p.emit(asm.LoadMem(asm.R1, asm.RFP, frameArg(arg+1), asm.DWord))
		p.atMost(asm.R1, MaxByText)
	} else {
		p.touch(arg)
		p.emit(loadAddress(asm.R1, by)...)
		p.pointer(asm.R3, arg)
		p.readUserText(8 * byWords)
		p.emit(asm.Mov.Imm(asm.R1, 0)) // Linux 5.5 to 5.9 may have copied bytes after the NUL
	}
	p.emit(
		asm.StoreMem(asm.RFP, by+MaxByText, asm.R1, asm.Byte),
		asm.JSLT.Imm(asm.R0, 0, unreadable),
	)
	return nil
}

// A Group is the distribution for one value of the argument By, or for all events.
type Group struct {
	By        integer.Int // the value of the argument, unless it is a text
	Text      string      // the text that the argument points to, with DistributionOptions.ByText
	Histogram *histogram.Histogram
}

// Read returns what was counted so far, in no particular order. When it returns an error, groups
// may be missing.
func (d *Distribution) Read() ([]Group, error) {
	type value struct {
		by   integer.Int
		text string
	}
	groups := make(map[value]*Group)
	err := d.counts.read(func(k bucketKey, values []bucketValue) {
		var v value
		if d.spec.ByText {
			v.text = text(k.By)
		} else {
			v.by = integer.Int{Bits: k.By[0], Negative: k.By[1] != 0}
		}
		g := groups[v]
		if g == nil {
			g = &Group{By: v.by, Text: v.text, Histogram: &histogram.Histogram{Scale: d.spec.Scale}}
			groups[v] = g
		}
		addTo(g.Histogram, k, values)
	})
	list := make([]Group, 0, len(groups))
	for _, g := range groups {
		list = append(list, *g)
	}
	return list, err
}

// Unreadable returns how many events are missing because an argument could not be read.
func (d *Distribution) Unreadable() (uint64, error) { return sum(d.unreadable, 0) }

// Lost returns how many events are missing because there were too many different values, or because
// another BPF program was running on the same processor.
func (d *Distribution) Lost() (uint64, error) {
	full, err := sum(d.counts.full, 0)
	return full + d.missed(), err
}

func text(by [byWords]uint64) string {
	b, err := binary.Append(nil, binary.NativeEndian, by)
	if err != nil {
		panic(err) // an array of integers has a size
	}
	if n := b[MaxByText]; n > 0 {
		return string(b[:n])
	}
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}
