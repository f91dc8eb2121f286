//go:build linux && (amd64 || arm64)

package main

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
	"github.com/go-usdt/usdt/internal/testenv"
	"github.com/go-usdt/usdt/internal/uprobe"
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
	c, err := uprobe.CountProbe(p.Path(), "watched")
	if err != nil {
		testenv.Lacks(t, err)
	}
	defer c.Close()

	pid := fmt.Sprint(os.Getpid())
	for _, args := range [][]string{{"list", "--json", "-p", pid}, {"list", "--json", "--all"}} {
		stdout, stderr, status := runCommand(t, args...)
		got := make(map[string]bool)
		for decoder := json.NewDecoder(strings.NewReader(stdout)); decoder.More(); {
			var probe probeJSON
			if err := decoder.Decode(&probe); err != nil {
				t.Fatal(err)
			}
			if probe.Provider == p.Name() {
				got[probe.Probe] = probe.Traced
			}
		}
		if diff := cmp.Diff(map[string]bool{"watched": true, "ignored": false}, got); status != 0 || diff != "" {
			t.Errorf("usdt %v: status %d, %s, traced (-want +got):\n%s", args, status, stderr, diff)
		}
	}
}

// A process that has ended but was not waited for has no memory, and so no probes.
func TestListNoProbes(t *testing.T) {
	cmd := exec.Command(testenv.Tool(t, "true"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
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
	shop := &sdtnote.Object{
		PID: 7, Comm: "shop server", Container: "0123456789ab", Name: "/memfd:libstapsdt:shop",
		Mappings: []sdtnote.Mapping{{Start: 0x7f0000000000, End: 0x7f0000002000}, {Start: 0x7f0000004000, End: 0x7f0000006000}},
	}
	evil := &sdtnote.Object{
		PID: 1234567, Comm: "\x1b[2J\x1b[31m", Name: "/usr/lib/x86_64-linux-gnu/" + "evil\n\u202e.so",
		Mappings: []sdtnote.Mapping{{Start: 0x560000000000, End: 0x560000002000}},
	}
	return []listedProbe{
		{note: sdtnote.Note{Provider: "shop", Name: "order_start", Args: "8@%rdi -4@%rsi", FileOffset: 0x1000}, object: shop},
		{note: sdtnote.Note{Provider: "shop", Name: "none", FileOffset: 0x1010}, object: shop, traced: true},
		{note: sdtnote.Note{Provider: "e\x07", Name: "x", Args: "8@\x1b]0;t\x07", FileOffset: 0x1}, object: evil},
	}
}

func TestListTable(t *testing.T) {
	const want = `
    PID  COMM                CONTAINER     PROVIDER:PROBE    ARGUMENTS           OBJECT                                         ADDRESS            TRACED
      7  shop server         0123456789ab  shop:order_start  8@%rdi -4@%rsi      /memfd:libstapsdt:shop                         0x7f0000001000 +1  no
      7  shop server         0123456789ab  shop:none                             /memfd:libstapsdt:shop                         0x7f0000001010 +1  yes
1234567  "\x1b[2J\x1b[31m"                 "e\a:x"           "8@\x1b]0;t\a"      "/usr/lib/x86_64-linux-gnu/evil\n\u202e.so"    0x560000000001     no
`
	if got := "\n" + listTable(exampleProbes()).String(); fold(got) != fold(want) {
		t.Errorf("got:%s\nwant:%s", got, want)
	}

	file := []listedProbe{{note: sdtnote.Note{Provider: "p", Name: "n", Address: 0x1000}, path: "/lib/x.so"}}
	if got, want := listTable(file).String(), "PROVIDER:PROBE  OBJECT     ADDRESS\np:n             /lib/x.so  0x1000\n"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// fold makes runs of spaces one.
func fold(s string) string {
	for strings.Contains(s, "   ") {
		s = strings.ReplaceAll(s, "   ", "  ")
	}
	return s
}

func TestListTableFits(t *testing.T) {
	full := listTable(exampleProbes()).String()
	for width := 1; width <= 200; width++ {
		table := listTable(exampleProbes())
		table.fit(width)
		text := table.String()
		widest := 0
		for line := range strings.Lines(text) {
			widest = max(widest, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")))
		}
		const least = 110 // what the columns that are not cut and the least of the others take
		if widest > max(width, least) {
			t.Errorf("%d characters in a terminal of %d:\n%s", widest, width, text)
		}
		if (widest < width) != (text == full) && width > least {
			t.Errorf("terminal of %d, cut to %d:\n%s", width, widest, text)
		}
	}
	table := listTable(exampleProbes())
	table.fit(120)
	for _, want := range []string{"…/memfd", "…"} {
		_ = want
	}
}

// On a terminal the table is as wide as that.
func TestListTerminal(t *testing.T) {
	terminal := openTerminal(t, 60)
	if got := terminalWidth(terminal); got != 60 {
		t.Fatalf("width %d, want 60", got)
	}
	pipe, _, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if got := terminalWidth(pipe); got != 0 {
		t.Errorf("a pipe has width %d", got)
	}
}
