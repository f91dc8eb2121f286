//go:build amd64

package figures

import (
	"debug/elf"
	"fmt"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// What the parts of the file are for, by the names of their sections.
var purposes = map[string][2]string{
	".note.gnu.build-id": {"tells images apart", plain},
	".hash":              {"for dlsym: finds a symbol", plain},
	".dynsym":            {"for dlsym: a function for each probe", plain},
	".dynstr":            {"names of these", plain},
	".stapsdt.base":      {"a byte whose address is in each note", purple},
	".text":              {"a slot for each probe", red},
	".dynamic":           {"for dlopen: where the above are", plain},
	".note.stapsdt":      {"a note for each probe: for tracers", green},
	".shstrtab":          {"names of sections", blank},
	".BTF":               {"signatures: names and types of arguments", orange},
}

// A part is a range of the file.
type part struct {
	offset, size       uint64
	name, about, color string
	isMapped           bool
}

// partsOf returns all parts of the file, in its order.
func partsOf(content []byte, file *elf.File) []part {
	const header, segment, section = 64, 56, 64
	segments := uint64(segment * len(file.Progs))
	parts := []part{
		{0, header, "ELF header", "64 bits, x86-64, ET_DYN", plain, true},
		{header, segments, "program headers", fmt.Sprint(len(file.Progs), " of ", segment, " bytes"),
			plain, true},
	}
	for _, s := range file.Sections[1:] {
		of := purposes[s.Name]
		isMapped := s.Flags&elf.SHF_ALLOC != 0
		parts = append(parts, part{s.Offset, s.Size, s.Name, of[0], of[1], isMapped})
	}
	table := uint64(section * len(file.Sections))
	return append(parts, part{uint64(len(content)) - table, table, "section headers",
		fmt.Sprint(len(file.Sections), " of ", section, " bytes"), blank, false})
}

const (
	margin = 20
	cell   = 33 // width of a byte
	row    = 24 // height
	width  = 800
)

// drawImage draws the file, one of its slots, and one of its notes.
func drawImage(content []byte, file *elf.File, raw sdtnote.RawNote) []byte {
	d := &drawing{width: width}
	y := d.drawParts(margin, partsOf(content, file))
	text := file.Section(".text")
	y = d.drawSlot(y+margin, text.Offset, content[text.Offset:][:elfimage.SlotSize])
	y = d.drawNote(y+margin, raw)
	d.height = y + margin
	return d.svg("The image of a provider with two probes, byte by byte")
}

// drawParts draws the parts of the file from y on, and returns where they end.
func (d *drawing) drawParts(y int, parts []part) int {
	const at, box, name, size, about, brace = 76, 90, 100, 330, 345, 640
	y += row
	d.text(margin, y-8, "start", "bold", "The file: offsets and sizes in bytes")
	top, mapped := y, y
	for i, p := range parts {
		d.box(box, y, size-box+5, row, p.color)
		d.text(at, y+16, "end", "normal", fmt.Sprintf("%#x", p.offset))
		d.text(name, y+16, "start", "normal", p.name)
		d.text(size-5, y+16, "end", "normal", fmt.Sprint(p.size))
		d.text(about, y+16, "start", "normal", p.about)
		y += row
		if p.isMapped {
			mapped = y
		}
		if gap := gapBehind(parts, i); gap >= 64 {
			d.text(name, y+16, "start", "normal", fmt.Sprintf("… %d zeros, to the next page", gap))
			y += row
		}
	}
	d.bracket(brace, top+2, mapped-2)
	d.text(brace+14, (top+mapped)/2-4, "start", "normal", "PT_LOAD:")
	d.text(brace+14, (top+mapped)/2+12, "start", "normal", "r-x")
	d.bracket(brace, mapped+2, y-2)
	d.text(brace+14, (mapped+y)/2-4, "start", "normal", "in no segment:")
	d.text(brace+14, (mapped+y)/2+12, "start", "normal", "only read")
	return y
}

// gapBehind returns how many bytes are between part i and the next.
func gapBehind(parts []part, i int) uint64 {
	if i+1 == len(parts) {
		return 0
	}
	return parts[i+1].offset - parts[i].offset - parts[i].size
}

// drawSlot draws the first slot.
func (d *drawing) drawSlot(y int, offset uint64, slot []byte) int {
	y += row
	d.text(margin, y-8, "start", "bold", fmt.Sprintf("The slot of order_start, at %#x", offset))
	x := margin
	for _, p := range []struct {
		size         int
		about, color string
	}{
		{5, "filler: traps", blank}, {1, "landing", orange}, {5, "site: nop5", red},
		{1, "ret", plain}, {4, "filler: traps", blank},
	} {
		d.text(x+p.size*cell/2, y+2*row-6, "middle", "normal", p.about)
		for range p.size {
			d.box(x, y, cell, row, p.color)
			d.text(x+cell/2, y+16, "middle", "normal", fmt.Sprintf("%02x", slot[0]))
			slot, x = slot[1:], x+cell
		}
	}
	return y + 2*row
}

// drawNote draws the fields of a note.
func (d *drawing) drawNote(y int, raw sdtnote.RawNote) int {
	const perRow, about = 16, margin + 16*cell + 14
	y += row
	d.text(margin, y-8, "start", "bold", fmt.Sprintf("The note of order_start, at %#x", raw.Offset))
	colors := map[string]string{"location": red, "base": purple, "semaphore": blank, "padding": blank}
	for _, f := range raw.Fields {
		color := colors[f.Name]
		if color == "" {
			color = green
		}
		d.text(about, y+16, "start", "normal", value(f))
		for i, b := range f.Bytes {
			if i > 0 && i%perRow == 0 {
				y += row
			}
			x := margin + i%perRow*cell
			d.box(x, y, cell, row, color)
			d.text(x+cell/2, y+16, "middle", "normal", fmt.Sprintf("%02x", b))
		}
		y += row
	}
	return y
}

// value says what a field is.
func value(f sdtnote.Field) string {
	switch {
	case f.Name == "padding":
		return f.Name
	case f.IsText:
		return fmt.Sprintf("%s %q", f.Name, f.Bytes[:len(f.Bytes)-1])
	case f.Name == "location":
		return fmt.Sprintf("location %#x: the site", f.Number)
	case f.Name == "semaphore":
		return "semaphore: none"
	case f.Name == "base":
		return fmt.Sprintf("base %#x", f.Number)
	}
	return fmt.Sprint(f.Name, " ", f.Number)
}
