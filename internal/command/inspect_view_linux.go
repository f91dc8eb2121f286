package command

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/sitecode"
)

// parts says what an instruction of the file is for.
var parts = map[sitecode.Part]string{
	sitecode.Own:     "",
	sitecode.Filler:  "filler: it traps",
	sitecode.Landing: "landing: Fire enters here; for gdb",
	sitecode.Site:    "site: for tracers",
	sitecode.Other:   "site, too: for kernels that replace it better",
	sitecode.Return:  "return",
}

// meanings says what a change in memory means.
var meanings = map[sitecode.Meaning]string{
	sitecode.Breakpoint:         "a breakpoint, which traps into the kernel",
	sitecode.DebuggerBreakpoint: "a breakpoint of a debugger",
	sitecode.Call:               "a call into the kernel",
	sitecode.Rest:               "a no-op again, with bytes that a tracer left",
	sitecode.Unknown:            "of no known tracer or debugger",
}

// view writes the site for people.
func (one inspected) view(w io.Writer) error {
	out := bufio.NewWriter(w)
	width := terminalWidth(w)
	one.viewHead(out)
	for _, t := range []*table{one.mappingTable(), one.noteTable(), one.codeTable()} {
		if t == nil {
			continue
		}
		fmt.Fprintln(out)
		t.fit(width)
		if err := t.write(out); err != nil {
			return err
		}
	}
	return errors.Join(one.viewMemory(out, width), out.Flush())
}

// viewHead writes what the probe is, and of which file.
func (one inspected) viewHead(out io.Writer) {
	cut := func(text string) string { return cutLine(printable.Text(text), maxCell) }
	fmt.Fprint(out, cut(nameOf(one.note).String()))
	if s := one.signature; s != nil {
		fmt.Fprintf(out, "(%s)", cut(s.String()))
	}
	fmt.Fprintln(out)
	if text := one.description(); text != "" {
		fmt.Fprintln(out, belowIndent+cut(text))
	}
	fmt.Fprintf(out, "file: %s%s\n", printable.Text(one.path), one.about())
	switch o := one.object; {
	case o != nil && o.Deleted:
		fmt.Fprintf(out, "mapped as %s, to which no path leads\n", printable.Text(o.Name))
	case o != nil && o.Name != o.Path:
		fmt.Fprintf(out, "mapped as %s\n", printable.Text(o.Name))
	}
	if one.inFile {
		fmt.Fprintln(out, "signature: of the file itself, in its section .BTF")
	}
}

// about says which kind of file it is.
func (one inspected) about() string {
	switch one.code.Kind {
	case sitecode.Image:
		return ", an image of this library"
	case sitecode.Block:
		return ", a program with slots of package static"
	}
	return ""
}

// mappingTable has all mappings of the file; it is nil of a file.
func (one inspected) mappingTable() *table {
	if len(one.site.Mapped) == 0 {
		return nil
	}
	start, end, use := column{title: "MAPPED FROM"}, column{title: "TO"}, column{}
	permissions, offset := column{title: "PERMISSIONS"}, column{title: "FILE OFFSET"}
	for _, m := range one.site.Mapped[:min(len(one.site.Mapped), mostInspected)] {
		start.add(fmt.Sprintf("%#x", m.Start))
		end.add(fmt.Sprintf("%#x", m.End))
		permissions.add(m.Permissions)
		offset.add(fmt.Sprintf("%#x", m.Offset))
		switch {
		case m.IsFired:
			use.add("hits pass here")
		case m.Address != 0 && one.site.IsImage:
			use.add("the dynamic linker's: no hits")
		default:
			use.add("")
		}
	}
	return &table{
		columns: []*column{&start, &end, &permissions, &offset, &use}, cut: []*column{&use},
	}
}

// rowBytes is how many bytes of a field are in a row.
const rowBytes = 8

// mostRows is how many rows a field has.
const mostRows = 6

// noteTable has the note, field by field.
func (one inspected) noteTable() *table {
	at, code := column{title: "NOTE AT"}, column{title: "BYTES"}
	name, value := column{title: "FIELD"}, column{title: "VALUE", least: 10}
	offset := one.site.Raw.Offset
	for _, f := range one.site.Raw.Fields {
		title, text := f.Name, fieldText(f)
		for i := 0; i < len(f.Bytes); i += rowBytes {
			if i == mostRows*rowBytes {
				at.add("")
				code.add(fmt.Sprintf("and %d more", len(f.Bytes)-i))
				name.add("")
				value.add("")
				break
			}
			at.add(fmt.Sprintf("%#x", offset+uint64(i))) // #nosec G115 -- not negative
			code.add(fmt.Sprintf("% x", f.Bytes[i:min(i+rowBytes, len(f.Bytes))]))
			name.add(title)
			value.add(text)
			title, text = "", ""
		}
		offset += uint64(len(f.Bytes))
	}
	return &table{columns: []*column{&at, &code, &name, &value}, cut: []*column{&value}}
}

func fieldText(f sdtnote.Field) string {
	switch {
	case f.Name == "padding":
		return ""
	case f.IsText:
		return printable.Quote(string(bytes.TrimSuffix(f.Bytes[:min(len(f.Bytes), maxCell)], []byte{0})))
	case f.Name == "semaphore" && f.Number == 0:
		return "0, none"
	case f.Name == "location", f.Name == "base", f.Name == "semaphore":
		return fmt.Sprintf("%#x", f.Number)
	}
	return fmt.Sprint(f.Number)
}

// codeTable has the code in the file.
func (one inspected) codeTable() *table {
	t := newCodeTable("FILE AT", "")
	for _, row := range one.code.Rows(one.fileAddress()) {
		t.add(one.site.Start, row.Instruction, parts[row.Part])
	}
	return t.table()
}

// viewMemory writes what is in the memory of the process, and whether a tracer is attached.
func (one inspected) viewMemory(out io.Writer, width int) error {
	if one.object == nil {
		return nil
	}
	if err := one.site.MemoryErr; err != nil {
		fmt.Fprintf(out, "\nmemory: not read: %s\n", printable.Escape(err.Error()))
		return nil
	}
	for i, m := range one.site.Mapped {
		if m.Address == 0 || i >= mostInspected && !m.IsFired {
			continue
		}
		fmt.Fprintln(out)
		if err := one.viewMapped(out, width, m); err != nil {
			return err
		}
	}
	for _, s := range one.site.Semaphores {
		value := "not read: the page is not in memory"
		if s.IsKnown {
			value = fmt.Sprint(s.Value)
		}
		fmt.Fprintf(out, "\nsemaphore at %#x: %s\n", s.Address, value)
	}
	fmt.Fprintf(out, "\na tracer is attached: %s\n", yesNo(one.traced))
	return nil
}

// viewMapped writes what differs in a mapping.
func (one inspected) viewMapped(out io.Writer, width int, m process.MappedCode) error {
	if m.Code == nil {
		_, err := fmt.Fprintf(out, "memory at %#x: not read: the page is not in memory\n", m.Address)
		return err
	}
	changes := one.code.Changes(m.Code, m.Address)
	if len(changes) == 0 {
		_, err := fmt.Fprintf(out, "memory at %#x: the same as in the file\n", m.Address)
		return err
	}
	t := newCodeTable("MEMORY AT", "what differs")
	for _, c := range changes {
		text := strings.TrimPrefix(string(c.Row.Part)+": ", ": ") + meanings[c.Meaning]
		for _, in := range c.Now {
			t.add(m.Address, in, text)
			text = ""
		}
	}
	differs := t.table()
	differs.fit(width)
	return differs.write(out)
}

// A codeTable has instructions.
type codeTable struct{ at, code, text, meaning column }

func newCodeTable(at, meaning string) *codeTable {
	return &codeTable{
		at: column{title: at}, code: column{title: "BYTES"}, text: column{title: "INSTRUCTION"},
		meaning: column{title: strings.ToUpper(meaning), least: 10},
	}
}

func (t *codeTable) add(start uint64, in sitecode.Instruction, meaning string) {
	t.at.add(fmt.Sprintf("%#x", start+uint64(in.Offset))) // #nosec G115 -- not negative
	t.code.add(fmt.Sprintf("% x", in.Bytes))
	t.text.add(in.Text)
	t.meaning.add(meaning)
}

func (t *codeTable) table() *table {
	return &table{
		columns: []*column{&t.at, &t.code, &t.text, &t.meaning}, cut: []*column{&t.meaning},
	}
}
