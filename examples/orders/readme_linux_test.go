//go:build amd64 || arm64

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-usdt/usdt/instrument/runtimeprobe"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// answers has for each command of README.md, in its order, what its whole output must match when
// customers order.
var answers = []string{
	`^route = "POST /orders"\n(?s:.*)\ncount 5 (?s:.*)\nall: count 8 `,
	`^@\[GET /articles/\{article\}\]: \d+\n@\[POST /orders\]: \d+\n$`,

	`^` + failed + `: ` + soldOut + `\n$`,
	`^@\[` + failed + `, ` + soldOut + `\]: 1\n$`,

	`^price found customer=Ada article=teapot cents=2450\norder stored customer=Ada order=1\n` +
		`price found customer=Ada article=sofa cents=79900\norder stored customer=Ada order=2\n$`,
	`^order stored customer=Ada order=1\norder stored customer=Ada order=2\n` +
		`price found customer=Ada article=sofa cents=79900\n` +
		`price found customer=Ada article=teapot cents=2450\n$`,

	`^TIME .*\n.* http_client:connect_start network="tcp" address="127\.0\.0\.1:\d+" .* 1\n$`,
	`^127\.0\.0\.1:\d+ for /pay\n$`,

	`^name = "order"\n(?s:.*)\ncount 5 (?s:.*)"charge"\n(?s:.*)\ncount 3 (?s:.*)\nall: count 12 `,
	`^TIME .*\n.* outcome="commit" .* 3 +\S+s\n.* outcome="rollback" .* 1 +\S+s\n` +
		`.* total .* 4 +\S+s\n$`,

	`^TIME .*\n.* stack="\S+\.\(\*service\)\.charge:\d+ < \S+\.\(\*service\)\.order:\d+ < .*" .* 3\n$`,
	`^1\n2\n3\n$`,

	`^` + regexp.QuoteMeta("github.com/go-usdt/usdt/examples/orders "+runtime.Version()) + `\n$`,
}

const (
	failed  = `update articles set stock = stock - 1 where name = \?`
	soldOut = `constraint failed: CHECK constraint failed: stock >= 0 \(275\)`
)

// ready is fired until bpftrace, whose script has it first and last, is attached to all probes.
var ready = stapsdt.MustProbe0(stapsdt.MustProvider("test"), "ready")

// TestReadme runs the commands of README.md while this process serves.
func TestReadme(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing by the kernel needs root"))
	}
	testenv.Tool(t, "bpftrace")
	t.Setenv("STAPSDT_BACKING", "file")
	if err := stapsdt.Load(); err != nil {
		t.Fatal(err)
	}
	defer stapsdt.Unload()
	defer runtimeprobe.Start(time.Millisecond)()
	bin := t.TempDir()
	build := exec.Command("go", "build", "-C", "../..", "-o", bin, "./cmd/usdt")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^\$ ((?:usdt|bpftrace) .*)$`).FindAllSubmatch(page, -1)
	if len(commands) != len(answers) {
		t.Fatalf("README.md has %d commands, the test %d answers", len(commands), len(answers))
	}
	for i, c := range commands {
		t.Run(string(c[1]), func(t *testing.T) {
			line := strings.Replace(string(c[1]), "-p PID", fmt.Sprint("-p ", os.Getpid()), 1)
			want := regexp.MustCompile(answers[i])
			if got := ask(t, line, want); !want.MatchString(got) {
				t.Errorf("got\n%s\nwant a match of %s", got, answers[i])
			}
		})
	}
}

// ask runs a command while customers order, and returns what it prints. bpftrace loses what it has
// not printed when it is ended, and has an order for each processor only: ask waits for what is
// wanted, and sorts it.
func ask(t *testing.T, line string, want *regexp.Regexp) string {
	t.Helper()
	prints := strings.Contains(line, "printf(")
	line, behind, piped := strings.Cut(line, " | ")
	attached := func(map[string]bool) bool { return traced(line) }
	if strings.HasPrefix(line, "bpftrace ") {
		const clause = `usdt:*:test:ready { printf("%s ready\n"); }`
		script := strings.TrimSuffix(line, "'") + " " + fmt.Sprintf(clause, "last") + "'"
		line = strings.Replace(script, " -e '", " -B none -e '"+fmt.Sprintf(clause, "first")+" ", 1)
		attached = func(printed map[string]bool) bool {
			return printed["first ready"] && printed["last ready"]
		}
	} else {
		awaitUntraced(t, line)
	}
	child := testenv.Start(t, exec.Command("sh", "-c", "exec "+line))
	defer child.Kill()
	var lines []string
	if !strings.Contains(line, "--count") { // otherwise it ends by itself
		await(t, child, attached)
		customers(t)
		for prints && !want.MatchString(text(lines)) {
			lines = append(lines, child.Next(t))
			slices.Sort(lines)
		}
		terminate(t, child, line)
	}
	rest, err := child.Wait()
	if err != nil {
		t.Fatalf("%v: %s", err, child.Errors())
	}
	output := text(append(lines, rest...))
	if piped {
		filter := exec.Command("sh", "-c", behind)
		filter.Stdin = strings.NewReader(output)
		filtered, err := filter.Output()
		if err != nil {
			t.Fatalf("%s: %v", behind, err)
		}
		output = string(filtered)
	}
	return output
}

// terminate asks a command to end: usdt once, and bpftrace until it does.
func terminate(t *testing.T, child *testenv.Child, line string) {
	t.Helper()
	if strings.HasPrefix(line, "bpftrace ") {
		child.Terminate()
	} else if err := child.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// text returns lines without those that say that a command is attached.
func text(lines []string) string {
	all := strings.Join(lines, "\n") + "\n"
	return regexp.MustCompile(`(?m)^((first|last) ready|Attach.*)?\n`).ReplaceAllString(all, "")
}

// await waits until a command is attached, which attached decides by the lines that were printed.
func await(t *testing.T, child *testenv.Child, attached func(printed map[string]bool) bool) {
	t.Helper()
	printed := map[string]bool{}
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	overdue := time.After(testenv.Patience)
	for !attached(printed) {
		select {
		case line, ok := <-child.Lines():
			if !ok {
				child.Kill()
				t.Fatalf("it has ended: %s", child.Errors())
			}
			printed[line] = true
		case <-again.C:
			ready.Fire()
		case <-overdue:
			t.Fatalf("it is not attached after %v", testenv.Patience)
		}
	}
}

// awaitUntraced waits until no probe is traced that a command line names: the kernel detaches some
// time after the end of a tracer.
func awaitUntraced(t *testing.T, line string) {
	t.Helper()
	deadline := time.Now().Add(testenv.Patience)
	for slices.ContainsFunc(named(line), (*stapsdt.Probe).Traced) {
		if time.Now().After(deadline) {
			t.Fatalf("probes are still traced after %v", testenv.Patience)
		}
		time.Sleep(time.Millisecond)
	}
}

// traced says whether all probes are traced that a command line names.
func traced(line string) bool {
	return !slices.ContainsFunc(named(line), func(p *stapsdt.Probe) bool { return !p.Traced() })
}

// named returns the probes that a command line names, by their names or, of pairs, by what is
// before _start and _end.
func named(line string) (probes []*stapsdt.Probe) {
	for _, provider := range stapsdt.Providers() {
		for _, p := range provider.Probes() {
			name := provider.Name() + ":" + p.Name()
			pair := strings.TrimSuffix(strings.TrimSuffix(name, "_start"), "_end")
			if strings.Contains(line, " "+name+" ") || strings.Contains(line, " "+pair+" ") {
				probes = append(probes, p)
			}
		}
	}
	return probes
}
