//go:build linux

// Pictures records what a terminal shows, and draws it: docs/figures/terminal.svg, on the first
// screen of README.md, and docs/figures/demo.svg, which moves. It needs root.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A recording is what somebody types at a terminal. PID in a command is the process of usdt demo
// --serve, and a command is ended by Ctrl-C when it has printed so many lines, unless 0.
type recording struct {
	picture string // below docs/figures
	title   string // for those who cannot see it
	columns int
	rows    int // 0 if the picture shows all of them, and does not move
	steps   []step
}

type step struct {
	command string
	lines   int
}

var recordings = []recording{
	{
		picture: "terminal.svg",
		title:   "A terminal: usdt shows events that a filter selects, and a histogram of latencies",
		columns: 108,
		steps: []step{
			{`sudo usdt trace -p PID demo:request_start '%[method]s %[path]s' ` +
				`--where 'path == "/cart" && id > 200'`, 5},
			{`sudo usdt latency -p PID demo:request --key id --duration 2s`, 0},
		},
	},
	{
		picture: "demo.svg",
		title:   "A recording: usdt demo lists probes, shows their events, and a histogram of latencies",
		columns: 124, rows: 24,
		steps: []step{{`make demo`, 0}},
	},
}

func main() {
	for _, s := range recordings {
		if err := draw(s); err != nil {
			fmt.Fprintln(os.Stderr, "pictures:", err)
			os.Exit(1)
		}
	}
}

// draw makes a recording, in the root of the repository, and writes its picture.
func draw(s recording) error {
	dir, err := os.MkdirTemp("", "pictures")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := openTerminal(s.columns, dir)
	if err != nil {
		return err
	}
	defer t.close()
	pid := ""
	for _, step := range s.steps {
		command := step.command
		if strings.Contains(command, "PID") && pid == "" {
			if pid, err = t.serve(); err != nil {
				return err
			}
		}
		if err := t.run(strings.ReplaceAll(command, "PID", pid), step.lines); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	path := filepath.Join("docs", "figures", s.picture)
	return os.WriteFile(path, []byte(svg(s, t.lines)), 0o644)
}

// control is what a terminal does not show as it is. Programs at a terminal color nothing here; the
// picture shows lines.
var control = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]|\r|\x07")
