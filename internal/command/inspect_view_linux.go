package command

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/printable"
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
