//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// writeListTable writes a table that, on a terminal, is no wider than that.
func writeListTable(w io.Writer, probes []listedProbe) error {
	if len(probes) == 0 {
		return nil
	}
	t := listTable(probes)
	t.fit(terminalWidth(w))
	_, err := io.WriteString(w, t.String())
	return err
}

// terminalWidth returns the number of columns of the terminal that w is, or 0 when it is none.
func terminalWidth(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}

func listTable(probes []listedProbe) *table {
	pid := column{title: "PID", right: true}
	comm := column{title: "COMM", least: 8}
	container := column{title: "CONTAINER"}
	probe := column{title: "PROVIDER:PROBE", least: 14}
	arguments := column{title: "ARGUMENTS", least: 9}
	object := column{title: "OBJECT", least: 12, cutLeft: true}
	address := column{title: "ADDRESS"}
	traced := column{title: "TRACED"}
	for _, p := range probes {
		probe.add(p.note.Provider + ":" + p.note.Name)
		arguments.add(p.note.Args)
		if p.object == nil {
			object.add(p.path)
			address.add(hexAddresses(p.note.Address))
			continue
		}
		pid.add(strconv.Itoa(p.object.PID))
		comm.add(p.object.Comm)
		container.add(p.object.Container)
		object.add(p.object.Name)
		address.add(hexAddresses(p.object.Addresses(p.note)...))
		traced.add(map[bool]string{false: "no", true: "yes"}[p.traced])
	}
	// Where space is short, columns are cut in this order.
	return &table{
		columns: []*column{&pid, &comm, &container, &probe, &arguments, &object, &address, &traced},
		cut:     []*column{&object, &arguments, &comm, &probe},
	}
}

// hexAddresses returns the first address and the number of the others.
func hexAddresses(addresses ...uint64) string {
	switch len(addresses) {
	case 0:
		return "" // unmapped meanwhile
	case 1:
		return fmt.Sprintf("%#x", addresses[0])
	}
	return fmt.Sprintf("%#x +%d", addresses[0], len(addresses)-1)
}
