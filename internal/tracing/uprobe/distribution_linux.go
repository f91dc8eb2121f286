package uprobe

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// byWords is the room for a text to group by, with its NUL, in words of 8 bytes.
const byWords = 8

// How many buckets there can be: more than a logarithmic scale has, and for all groups together.
const (
	logBuckets   = 2 << 10
	groupBuckets = 16 << 10
)

// A bucketKey is where a value belongs: the key of the map that programs count in.
type bucketKey struct {
	Bucket int32
	Signed uint32          // 1 when the values are, which the sites of one probe need not agree in
	By     [byWords]uint64 // an integer in the first word, or text
}

// A bucketValue is what one processor saw of a bucket.
type bucketValue struct {
	Count     uint64
	Low, High uint64 // sums of the lower and of the upper halves of the values
	Max       uint64 // with the sign bit inverted for signed values, so that 0 is the least
}

// DistributionOptions say of what the distribution is.
type DistributionOptions struct {
	Options
	Arg    int // whose value
	Scale  histogram.Scale
	By     int  // the argument whose values have a distribution each; -1 for none
	ByText bool // By points to text, which is told apart by its first MaxByText bytes
}

// MaxByText is how much of a text tells groups apart, in bytes.
const MaxByText = 8*byWords - 1

// A Distribution counts, in the kernel, how often an argument had which value. Its methods are not safe for
// concurrent use, but for Detach.
type Distribution struct {
	*session
	options    DistributionOptions
	buckets    *buckets
	unreadable *ebpf.Map
}

// Distribute attaches to the probes. The caller closes the Distribution.
func Distribute(probes []Probe, o DistributionOptions) (*Distribution, error) {
	d := &Distribution{session: newSession(o.Options), options: o}
	if err := d.attachAll(probes); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Distribution) attachAll(probes []Probe) error {
	limit := logBuckets
	if d.options.By >= 0 || d.options.Scale.Linear {
		limit = groupBuckets
	}
	var err error
	if d.buckets, err = d.newBuckets(limit); err != nil {
		return err
	}
	if d.unreadable, err = d.newCounter(); err != nil {
		return err
	}
	return d.attachEach(probes, func(prog *program, _ int) error { return d.body(prog) })
}

func (d *Distribution) body(p *program) error {
	o := d.options
	end, unreadable := p.newLabel(), p.newLabel()
	if err := p.unless(o.Filter, end); err != nil {
		return err
	}
	if err := p.need(o.Arg); err != nil {
		return err
	}
	p.unlessRead(o.Arg, unreadable)
	p.clearKey()
	if o.By >= 0 {
		if err := p.need(o.By); err != nil {
			return err
		}
		p.unlessRead(o.By, unreadable)
		p.group(o, unreadable)
	}
	p.emit(asm.LoadMem(regTemp, asm.RFP, frameArg(o.Arg), asm.DWord))
	p.record(d.buckets, o.Scale, p.args[o.Arg].Signed)
	p.jump(end)
	p.place(unreadable)
	p.increment(d.unreadable, 0)
	p.place(end)
	p.exit()
	return nil
}

// group puts into the key in the frame to which group the event belongs.
func (p *program) group(o DistributionOptions, unreadable string) {
	const by = frameKey + 8
	if !o.ByText {
		p.emit(
			asm.LoadMem(asm.R1, asm.RFP, frameArg(o.By), asm.DWord),
			asm.StoreMem(asm.RFP, by, asm.R1, asm.DWord),
		)
		return
	}
	p.touch(o.By)
	p.emit(loadAddress(asm.R1, by)...)
	p.emit(asm.LoadMem(asm.R3, asm.RFP, frameArg(o.By), asm.DWord))
	p.readUserText(8 * byWords)
	p.emit(asm.JSLT.Imm(asm.R0, 0, unreadable))
}

// A Group is the distribution of one value of the argument By, or the only one.
type Group struct {
	By        uint64
	Text      string
	Histogram *histogram.Histogram
}

// Read returns what was counted so far, in no order. An error may leave groups out.
func (d *Distribution) Read() ([]Group, error) {
	groups := make(map[[byWords]uint64]*Group)
	err := d.buckets.read(func(k bucketKey, values []bucketValue) {
		if d.options.ByText {
			k.By = cleared(k.By)
		}
		g := groups[k.By]
		if g == nil {
			g = &Group{By: k.By[0], Histogram: &histogram.Histogram{Scale: d.options.Scale}}
			if d.options.ByText {
				g.By, g.Text = 0, text(k.By)
			}
			groups[k.By] = g
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

// Lost returns how many events are missing because there were too many different values, or because another
// BPF program was running on that processor.
func (d *Distribution) Lost() (uint64, error) {
	full, err := sum(d.buckets.full, 0)
	return full + d.missed(), err
}

func text(by [byWords]uint64) string {
	b, err := binary.Append(nil, binary.NativeEndian, by)
	if err != nil {
		panic(err) // an array of integers has a size
	}
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

// cleared returns the text without what followed its NUL, which Linux 5.5 to 5.9 may have copied, too.
func cleared(by [byWords]uint64) [byWords]uint64 {
	var b [8 * byWords]byte
	copy(b[:], text(by))
	for i := range by {
		by[i] = binary.NativeEndian.Uint64(b[8*i:])
	}
	return by
}
