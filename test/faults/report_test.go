//go:build linux && (amd64 || arm64)

package faults

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/document"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var update = flag.Bool("update", false, "write the table of the document; let all tests run")

// page has the table between two comments.
const page = "../../docs/reliability.md"

// A table has what Load said in each fault.
type table struct{ rows []*row }

type row struct {
	fault string
	said  map[string]string // by the names of builds
}

var report table

// add records what Load said. A fault that comes in several ways has one row, for the first.
func (t *table) add(fault string, b *build, said string) {
	i := slices.IndexFunc(t.rows, func(r *row) bool { return r.fault == fault })
	if i < 0 {
		i = len(t.rows)
		t.rows = append(t.rows, &row{fault, map[string]string{}})
	}
	if t.rows[i].said[b.name] == "" {
		t.rows[i].said[b.name] = said
	}
}

// lines returns the rows in Markdown. Policies that keep nobody from loading share a line.
func (t *table) lines() []string {
	lines := []string{"| fault | Go | C library |", "|---|---|---|"}
	harmless := map[string][]string{} // by backing
	for _, r := range t.rows {
		backing, call, ok := strings.Cut(r.fault, against)
		if ok && isHarmless(r.inGo()) && isHarmless(r.said["C library"]) {
			harmless[backing] = append(harmless[backing], call)
			continue
		}
		lines = append(lines, r.line())
	}
	for _, backing := range slices.Sorted(maps.Keys(harmless)) {
		calls := strings.Join(harmless[backing], ", ")
		lines = append(lines, "| "+backing+against+calls+" | loads | loads |")
	}
	return lines
}

// against is between the backing and the system call of a policy.
const against = "; policy against "

func (r *row) line() string {
	escape := strings.NewReplacer("\n", "; ", "|", `\|`).Replace
	return "| " + r.fault + " | " + escape(r.inGo()) + " | " + escape(r.said["C library"]) + " |"
}

// inGo returns what Load said with cgo and without, once if that is the same, or if one makes no
// such call.
func (r *row) inGo() string {
	with, without := r.said["cgo"], r.said["without cgo"]
	switch {
	case with == without || without == "":
		return with
	case with == "":
		return without
	}
	return "with cgo: " + with + "; without: " + without
}

// isHarmless reports whether a load works, or makes no such call.
func isHarmless(said string) bool { return said == "loads" || said == "" }

// finish compares the table with the document's, or with -update writes it. It compares what does
// not depend on the C library of the system.
func (t *table) finish() error {
	if *update {
		return document.Replace(page, "faults", strings.Join(t.lines(), "\n"))
	}
	text, err := document.Section(page, "faults")
	if err != nil {
		return err
	}
	documented := map[string]bool{}
	for line := range strings.SplitSeq(text, "\n") {
		documented[withoutC(line)] = true
	}
	for _, r := range t.rows {
		said := r.said["without cgo"]
		grouped := strings.Contains(r.fault, against) && isHarmless(said)
		if said != "" && !grouped && !documented[withoutC(r.line())] {
			err = errors.Join(err, fmt.Errorf("%s lacks this row: write it with -update, and read it: %s",
				page, r.line()))
		}
	}
	return err
}

// withoutC returns a line of the table without the last cell.
func withoutC(line string) string {
	return line[:max(strings.LastIndex(strings.TrimSuffix(line, " |"), " | "), 0)]
}

func TestTable(t *testing.T) {
	var s table
	for i, b := range builds {
		s.add("memfd; policy against `close`", b, "loads")
		s.add("fault", b, fmt.Sprintf("%d|\n", i/3))
		s.add("fault", b, "again")
		s.add("other", b, fmt.Sprint(i))
	}
	want := []string{"| fault | Go | C library |", "|---|---|---|", `| fault | 0\|;  | 1\|;  |`,
		"| other | with cgo: 0; without: 1 | 3 |", "| memfd; policy against `close` | loads | loads |"}
	if diff := cmp.Diff(want, s.lines()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := withoutC(want[3]); got != "| other | with cgo: 0; without: 1" {
		t.Errorf("without C: %q", got)
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if testing.Short() || testenv.Race {
		t.Skip("takes half a minute, and finds the same again: the program is built without -race")
	}
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
}
