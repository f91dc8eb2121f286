//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/stapsdt"
)

func TestListTraced(t *testing.T) {
	p := stapsdt.MustProvider("list_test")
	stapsdt.MustProbe0(p, "watched")
	stapsdt.MustProbe0(p, "ignored")
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, err := counter.OpenProbe(p.Path(), "watched")
	if err != nil {
		testenv.Lacks(t, err)
	}
	defer c.Close()

	pid := fmt.Sprint(os.Getpid())
	for _, args := range [][]string{{"list", "--json", "-p", pid}, {"list", "--json", "--all"}} {
		stdout, stderr, status := runCommand(t, args...)
		got := make(map[string]bool)
		for decoder := json.NewDecoder(strings.NewReader(stdout)); decoder.More(); {
			var probe struct {
				Provider, Probe string
				Traced          bool
			}
			if err := decoder.Decode(&probe); err != nil {
				t.Fatal(err)
			}
			if probe.Provider == p.Name() {
				got[probe.Probe] = probe.Traced
			}
		}
		want := map[string]bool{"watched": true, "ignored": false}
		if diff := cmp.Diff(want, got); status != 0 || diff != "" {
			t.Errorf("usdt %v: status %d, %s, traced (-want +got):\n%s", args, status, stderr, diff)
		}
	}
}

// A process that has ended, but that its parent has not waited for, has no memory, so no probes.
func TestListNoProbes(t *testing.T) {
	cmd := exec.Command(testenv.Tool(t, "true"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := runCommand(t, "list", "-p", fmt.Sprint(cmd.Process.Pid))
	want := fmt.Sprintf("usdt: process %d (true) has no probes\n", cmd.Process.Pid)
	if stdout != "" || stderr != want || status != 1 {
		t.Errorf("%q, %q, status %d, want %q and 1", stdout, stderr, status, want)
	}
}

func runCommand(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(context.Background(), args, &out, &errs)
	return out.String(), errs.String(), status
}

func exampleProbes() []listedProbe {
	no, yes := false, true
	shop := &process.Object{
		PID: 7, Comm: "shop server", Container: "0123456789ab",
		Name: "/memfd:libstapsdt:shop", Deleted: true, Path: "/proc/7/fd/3",
		Mappings: []process.Mapping{
			{Start: 0x7f0000000000, End: 0x7f0000002000},
			{Start: 0x7f0000004000, End: 0x7f0000006000},
		},
	}
	evil := &process.Object{
		PID: 1234567, Comm: "\x1b[2J\x1b[31m\xff", Name: "/usr/lib/x86_64-linux-gnu/evil\n\u202e.so",
		Mappings: []process.Mapping{{Start: 0x560000000000, End: 0x560000002000}},
	}
	start := sdtnote.Note{
		Provider: "shop", Name: "order_start", Args: "8@%rdi -4@%rsi", FileOffset: 0x1000,
	}
	none := sdtnote.Note{Provider: "shop", Name: "none", FileOffset: 0x1010}
	x := sdtnote.Note{Provider: "e\x07", Name: "x", Args: "8@\x1b]0;t\x07", FileOffset: 0x1}
	return []listedProbe{
		{note: start, object: shop, traced: &no},
		{note: none, object: shop, traced: &yes},
		{note: x, object: evil},
	}
}

// Text from files and processes does nothing to the terminal.
func TestListTable(t *testing.T) {
	want, err := os.ReadFile("testdata/list_table.txt")
	if err != nil {
		t.Fatal(err)
	}
	got := listTable(exampleProbes(), listColumns{process: true}).String()
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestListTableOfFile(t *testing.T) {
	note := sdtnote.Note{Provider: "p", Name: "n", Address: 0x1000}
	probes := []listedProbe{{note: note, path: "/lib/x.so"}}
	const want = "PROVIDER:PROBE  OBJECT     ADDRESS\np:n             /lib/x.so  0x1000\n"
	if got := listTable(probes, listColumns{}).String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// A probe has its signature or its raw arguments, and below it what it means.
func TestListTableOfDescribed(t *testing.T) {
	s := signature.New("p", "n", "Red: \x1b[31m.", param("id", signature.Uint, 8))
	described := sdtnote.Note{Provider: "p", Name: "n", Args: "8@%rdi", Address: 0x1000}
	other := sdtnote.Note{Provider: "p", Name: "other", Args: "4@%esi", Address: 0x2000}
	probes := []listedProbe{
		{note: described, signature: &s, path: "/lib/x.so"}, {note: other, path: "/lib/x.so"},
	}
	for _, test := range []struct {
		with listColumns
		want string
	}{
		{listColumns{}, `
PROVIDER:PROBE  SIGNATURE  ARGUMENTS  OBJECT     ADDRESS
p:n             id type               /lib/x.so  0x1000
p:other                    4@%esi     /lib/x.so  0x2000
`},
		{listColumns{raw: true, description: true}, `
PROVIDER:PROBE  ARGUMENTS  OBJECT     ADDRESS
p:n             8@%rdi     /lib/x.so  0x1000
    "Red: \x1b[31m."
p:other         4@%esi     /lib/x.so  0x2000
`},
	} {
		if diff := cmp.Diff(test.want, "\n"+listTable(probes, test.with).String()); diff != "" {
			t.Errorf("%+v: (-want +got)\n%s", test.with, diff)
		}
	}
}

func TestListTableFits(t *testing.T) {
	full := listTable(exampleProbes(), listColumns{process: true}).String()
	for width := 1; width < widest(full); width++ {
		if got := widest(cutTable(width)); got > width {
			t.Errorf("%d characters in a terminal of %d:\n%s", got, width, cutTable(width))
		}
	}
	for _, width := range []int{0, widest(full), 1000} {
		if got := cutTable(width); got != full {
			t.Errorf("width %d: cut although it fits:\n%s", width, got)
		}
	}

	// A file's name is cut on the left, because its end tells most.
	const want = `
    PID  COMM          CONTAINER     PROVIDER:PROBE    ARGUM…  OBJECT    ADDRESS            TRACED
      7  shop server   0123456789ab  shop:order_start  8@%rd…  …/7/fd/3  0x7f0000001000 +1  no
      7  shop server   0123456789ab  shop:none                 …/7/fd/3  0x7f0000001010 +1  yes
1234567  "\x1b[2J\x1…                "e\a:x"           "8@\x…  …02e.so"  0x560000000001     ?
`
	if diff := cmp.Diff(want, "\n"+cutTable(widest(want))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// When columns cannot be cut any more, some are left out. That of the probes is cut last of all.
func TestListTableNarrow(t *testing.T) {
	const want = `
    PID  PROVIDER:PROBE  OBJECT    TRACED
      7  shop:order_st…  …/7/fd/3  no
      7  shop:none       …/7/fd/3  yes
1234567  "e\a:x"         …02e.so"  ?
`
	if diff := cmp.Diff(want, "\n"+cutTable(41)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for width, want := range map[int]string{
		68: "PID COMM CONTAIN… PROVIDER:PROBE ARGUM… OBJECT TRACED",
		60: "PID COMM PROVIDER:PROBE ARGUM… OBJECT TRACED",
		52: "PID COMM PROVIDER:PROBE OBJECT TRACED",
		44: "PID PROVIDER:PROBE OBJECT TRACED",
		5:  "…",
	} {
		titles, _, _ := strings.Cut(cutTable(width), "\n")
		if got := strings.Join(strings.Fields(titles), " "); got != want {
			t.Errorf("width %d: got %s, want %s", width, got, want)
		}
	}
}

// The pods of processes have a column and a member, where there are any.
func TestListOfPods(t *testing.T) {
	const want = `
PID  COMM         CONTAINER     POD         PROVIDER:PROBE    ARGUMENTS       TRACED
  7  shop server  0123456789ab  shop/pod-1  shop:order_start  8@%rdi -4@%rsi  no
  7  shop server  0123456789ab              shop:none                         yes
`
	probes := exampleProbes()[:2]
	probes[0].pod = "shop/pod-1"
	table := listTable(probes, listColumns{process: true})
	for _, c := range table.columns {
		c.dropped = c.title == "OBJECT" || c.title == "ADDRESS"
	}
	if diff := cmp.Diff(want, "\n"+table.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if in, outside := probes[0].json().Pod, probes[1].json().Pod; in != "shop/pod-1" || outside != "" {
		t.Errorf("JSON has %q and %q", in, outside)
	}
}

// Without several processes, there are no columns that tell them apart.
func TestListTableOfProcess(t *testing.T) {
	const want = `
PROVIDER:PROBE    ARGUMENTS       OBJECT        ADDRESS            TRACED
shop:order_start  8@%rdi -4@%rsi  /proc/7/fd/3  0x7f0000001000 +1  no
shop:none                         /proc/7/fd/3  0x7f0000001010 +1  yes
`
	got := "\n" + listTable(exampleProbes()[:2], listColumns{}).String()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever a file has, a cell is short. The end of a path tells most.
func TestListTableCutsCells(t *testing.T) {
	note := sdtnote.Note{
		Provider: "p", Name: strings.Repeat("é", 100_000), Args: strings.Repeat("\u009b", 100_000),
	}
	path := "/" + strings.Repeat("dir é/", 100_000) + "x.so"
	row := strings.Fields(strings.Split(
		listTable([]listedProbe{{note: note, path: path}}, listColumns{}).String(), "\n")[1])
	want := []string{
		"p:" + strings.Repeat("é", maxCell-3) + "…",
		`"` + strings.Repeat(`\u009b`, (maxCell-1)/6) + "…",
	}
	if diff := cmp.Diff(want, row[:2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	object := strings.Join(row[2:len(row)-1], " ")
	if n := utf8.RuneCountInString(object); n != maxCell || !strings.HasPrefix(object, "…") ||
		!strings.HasSuffix(object, "/dir é/x.so") {
		t.Errorf("%d characters, want the last %d: %s", n, maxCell, object)
	}
}

// A long listing is written in tables of its own, so that memory is bounded.
func TestListTableInBlocks(t *testing.T) {
	var out strings.Builder
	w := newListTableWriter(&out, listColumns{})
	for i := range blockRows + 1 {
		note := sdtnote.Note{Provider: "p", Name: fmt.Sprint(i)}
		if err := w.add(listedProbe{note: note, path: "/x.so"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(out.String(), "\n"); got != 1+blockRows {
		t.Errorf("%d lines after the first block, want %d", got, 1+blockRows)
	}
	if err := w.flush(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "PROVIDER:PROBE"); got != 2 {
		t.Errorf("the titles come %d times, want 2", got)
	}
}

func cutTable(width int) string {
	table := listTable(exampleProbes(), listColumns{process: true})
	table.fit(width)
	return table.String()
}

// widest returns the number of characters in the longest line.
func widest(text string) (width int) {
	for _, line := range strings.Split(text, "\n") {
		width = max(width, utf8.RuneCountInString(line))
	}
	return width
}

func TestTerminalWidth(t *testing.T) {
	if got := terminalWidth(openTerminal(t, 60)); got != 60 {
		t.Errorf("width %d, want 60", got)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if got := terminalWidth(w); got != 0 {
		t.Errorf("width %d of a pipe, want 0", got)
	}
}

// openTerminal returns a terminal of that width.
func openTerminal(t *testing.T, width uint16) *os.File {
	t.Helper()
	keyboard, terminal, err := newTerminal(width, 24)
	if err != nil {
		testenv.Lacks(t, err)
	}
	t.Cleanup(func() {
		terminal.Close()
		keyboard.Close()
	})
	return terminal
}
