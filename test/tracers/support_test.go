//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/document"
)

// page has the commands that the tests run and, between two comments, the table that the
// tests make.
const page = "../../docs/tracers.md"

// row says what the tests saw a version of a tool do. An empty cell stays as it is in the
// document, unless another test fills it.
type row struct {
	tool        string // its name, with the release if there are several; the key of the row
	version     string
	memfdByPid  string // whether, or how, it finds probes in memory by pid
	memfdByPath string // the same by path, /proc/PID/fd/N
	fileByPid   string // the same with a named file, by pid
	embedded    string // how it finds probes in the program's file
	arguments   string // which ones it reads
	command     string // with PID, and PATH for what Provider.Path returns
}

func (r *row) cells() []*string {
	return []*string{
		&r.tool, &r.version, &r.memfdByPid, &r.memfdByPath, &r.fileByPid, &r.embedded,
		&r.arguments, &r.command,
	}
}

// overlay replaces the cells that are not empty in other.
func (r *row) overlay(other row) {
	for i, cell := range other.cells() {
		if *cell != "" {
			*r.cells()[i] = *cell
		}
	}
}

var supported = struct {
	sync.Mutex
	rows map[string]row // by tool
}{rows: map[string]row{}}

// support records what a test saw, unless the test has failed. Several tests may fill the cells
// of one row. If they fill the same cell, they must agree.
func support(t *testing.T, r row) {
	t.Helper()
	if t.Failed() {
		return
	}
	supported.Lock()
	defer supported.Unlock()
	known := supported.rows[r.tool]
	for i, cell := range known.cells() {
		if other := *r.cells()[i]; *cell != "" && other != "" && other != *cell {
			t.Errorf("%s: %q here, %q in another test", r.tool, other, *cell)
			return
		}
	}
	known.overlay(r)
	supported.rows[r.tool] = known
}

// checkDocument compares the table with what the tests recorded, or with -update writes the
// table. Rows and cells that no test has filled stay. Without -update, versions stay, too: a
// newer version that does the same is no failure.
func checkDocument() error {
	table, err := document.Section(page, "table")
	if err != nil {
		return err
	}
	table = strings.TrimSpace(table) + "\n"
	got := render(merge(parse(table), supported.rows, *update))
	if got == table {
		return nil
	}
	if !*update {
		return fmt.Errorf("%s is not what the tests see: write it with -update, and read it "+
			"(-want +got):\n%s", page, cmp.Diff(table, got))
	}
	return document.Replace(page, "table", got)
}

func merge(documented, seen map[string]row, newer bool) map[string]row {
	merged := maps.Clone(documented)
	for tool, r := range seen {
		m, ok := merged[tool]
		if ok && !newer {
			r.version = m.version
		}
		m.overlay(r)
		merged[tool] = m
	}
	return merged
}

var header = []string{
	"tool", "version", "memory, by pid", "memory, by path", "named file, by pid", "in the binary",
	"arguments", "command",
}

// render returns the rows as a table in Markdown.
func render(rows map[string]row) string {
	var table strings.Builder
	line := func(cells []string) { fmt.Fprintf(&table, "| %s |\n", strings.Join(cells, " | ")) }
	line(header)
	line(slices.Repeat([]string{"---"}, len(header)))
	sorted := slices.SortedFunc(maps.Values(rows), func(a, b row) int {
		return strings.Compare(strings.ToLower(a.tool), strings.ToLower(b.tool))
	})
	for _, r := range sorted {
		if r.command != "" {
			r.command = "`" + r.command + "`"
		}
		var cells []string
		for _, cell := range r.cells() {
			cells = append(cells, strings.ReplaceAll(*cell, "|", `\|`))
		}
		line(cells)
	}
	return table.String()
}

// parse reads what render wrote.
func parse(table string) map[string]row {
	rows := map[string]row{}
	const bar = "\x00"
	for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
		if i < 2 || line == "" {
			continue // the header
		}
		var r row
		fields := strings.Split(strings.Trim(strings.ReplaceAll(line, `\|`, bar), "|"), "|")
		for i, cell := range r.cells()[:min(len(fields), len(header))] {
			*cell = strings.ReplaceAll(strings.TrimSpace(fields[i]), bar, "|")
		}
		r.command = strings.Trim(r.command, "`")
		rows[r.tool] = r
	}
	return rows
}

// TestTable reads a table back.
func TestTable(t *testing.T) {
	want := map[string]row{
		"a": {"a", "1", "yes", "no", "yes", "by path", "integers", "a 'x | y' || z"},
		"B": {tool: "B", version: "2"},
	}
	if diff := cmp.Diff(want, parse(render(want)), cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("table differs (-want +got):\n%s", diff)
	}
}

// TestMerge checks that cells and rows stay if no test has filled them, and versions unless newer
// ones are asked for.
func TestMerge(t *testing.T) {
	documented := map[string]row{
		"a": {tool: "a", version: "1", memfdByPid: "yes", arguments: "six"},
		"b": {tool: "b", version: "1"},
	}
	seen := map[string]row{
		"a": {tool: "a", version: "2", memfdByPid: "no"},
		"c": {tool: "c", version: "1"},
	}
	for version, newer := range map[string]bool{"1": false, "2": true} {
		check(t, "the table", render(map[string]row{
			"a": {tool: "a", version: version, memfdByPid: "no", arguments: "six"},
			"b": {tool: "b", version: "1"},
			"c": {tool: "c", version: "1"},
		}), render(merge(documented, seen, newer)))
	}
}

// needDocumented checks that the document has a command or script.
func needDocumented(t *testing.T, command string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), command) {
		t.Errorf("%s does not have %q", page, command)
	}
}
