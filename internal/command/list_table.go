//go:build linux

package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// blockRows is how many probes a table has. Its columns are as wide as they have to be, so it is in
// memory until it is written.
const blockRows = 4096

// A listTableWriter writes one table after the other.
type listTableWriter struct {
	w       io.Writer
	columns listColumns
	block   []listedProbe
}

// listColumns says which columns a table has besides those of every table.
type listColumns struct {
	process     bool // there are several
	raw         bool // the arguments of all probes as their notes have them, in place of signatures
	description bool // below each row
}

func newListTableWriter(w io.Writer, columns listColumns) *listTableWriter {
	return &listTableWriter{w: w, columns: columns}
}

func (l *listTableWriter) add(p listedProbe) error {
	l.block = append(l.block, p)
	if len(l.block) < blockRows {
		return nil
	}
	return l.flush()
}

func (l *listTableWriter) endProcess() error { return nil }

// flush writes the table, unless it has no rows.
func (l *listTableWriter) flush() error {
	if len(l.block) == 0 {
		return nil
	}
	t := listTable(l.block, l.columns)
	clear(l.block) // what it refers to can go
	l.block = l.block[:0]
	t.fit(terminalWidth(l.w))
	out := bufio.NewWriter(l.w)
	return errors.Join(t.write(out), out.Flush())
}

// listTable returns the table of the probes. A probe has either a signature or raw arguments, and a
// column that no probe fills is left out.
func listTable(probes []listedProbe, with listColumns) *table {
	pid := column{title: "PID", right: true}
	comm := column{title: "COMM", least: 5}
	container := column{title: "CONTAINER", least: 6}
	pod := column{title: "POD", least: 10, cutLeft: true}
	probe := column{title: "PROVIDER:PROBE", least: 10}
	signature := column{title: "SIGNATURE", least: 6}
	arguments := column{title: "ARGUMENTS", least: 6}
	object := column{title: "OBJECT", least: 8, cutLeft: true}
	address := column{title: "ADDRESS", least: 6}
	traced := column{title: "TRACED"}
	var t table
	for _, p := range probes {
		probe.add(p.note.Provider + ":" + p.note.Name)
		if p.signature != nil && !with.raw {
			signature.add(p.signature.String())
			arguments.add("")
		} else {
			signature.add("")
			arguments.add(p.note.Args)
		}
		if with.description {
			t.addBelow(p.description())
		}
		if p.object == nil {
			object.add(p.path)
			address.add(hexAddresses(p.note.Address))
			continue
		}
		if with.process {
			pid.add(strconv.Itoa(p.object.PID))
			comm.add(p.object.Comm)
			container.add(p.object.Container)
			pod.add(p.pod)
		}
		object.add(objectName(p.object))
		address.add(hexAddresses(p.object.Addresses(p.note)...))
		traced.add(yesNo(p.traced))
	}
	t.columns = []*column{
		&pid, &comm, &container, &pod, &probe, &signature, &arguments, &object, &address, &traced,
	}
	// Where space is short, columns are cut and dropped in these orders.
	t.cut = []*column{&object, &arguments, &signature, &comm, &pod, &container, &address, &probe}
	t.drop = []*column{&address, &container, &arguments, &comm, &pod, &signature}
	return &t
}

// description says what the probe means, if somebody knows.
func (p listedProbe) description() string {
	if p.signature == nil {
		return ""
	}
	return p.signature.Description
}

// objectName returns a path that leads to the file. The name that the process knows does not lead
// to it when the file is deleted, or is a memfd.
func objectName(o *process.Object) string {
	if o.Deleted {
		return o.Path
	}
	return o.Name
}

// hexAddresses returns the first address and the number of the others.
func hexAddresses(addresses ...uint64) string {
	switch len(addresses) {
	case 0:
		return "" // unmapped in the meantime
	case 1:
		return fmt.Sprintf("%#x", addresses[0])
	}
	return fmt.Sprintf("%#x +%d", addresses[0], len(addresses)-1)
}
