package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/sitecode"
)

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
