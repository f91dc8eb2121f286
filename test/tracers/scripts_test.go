//go:build linux && (amd64 || arm64)

package tracers

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scripts are the examples of docs/tracers.md. The last one runs alone: bpftrace 0.17 cannot load
// a wildcard beside so many others.
var scripts = []string{
	`order_start { printf("%llu %s\n", arg0, str(arg1)); }`,
	`order_body { printf("%r\n", buf(arg0, arg1)); }`,
	`order_start { @orders[str(arg1)] = count(); }`,
	`order_end { @status = lhist(arg1, 0, 600, 100); }`,
	`order_end { @cents = hist(arg2); }`,
	`order_start { @callers[ustack] = count(); }`,
	`order_start { @began[arg0] = nsecs; }`,
	`order_end /@began[arg0]/ { @ns = hist(nsecs - @began[arg0]); delete(@began[arg0]); }`,
	`order_* { @fired[probe] = count(); }`,
}

// exit makes bpftrace print its maps and end.
const exit = `none { exit(); }`

// TestScripts runs the examples, by path, and fires probes so that the results of the examples
// differ.
func TestScripts(t *testing.T) {
	needDocumented(t, keepOutput)
	for _, script := range scripts {
		needDocumented(t, ":shop:"+script)
	}
	bpftraceMatrix(t, func(t *testing.T, p program, c config) {
		lines, wildcard := runScripts(t, p, c)
		printed := byName(lines)
		check(t, "@orders", "[Bob]: 1\n[Ada]: 2\n", printed["orders"])
		check(t, "@status", map[string]int{"[200, 300)": 2, "[400, 500)": 1}, bars(t, printed["status"]))
		check(t, "@cents", map[string]int{"[0]": 1, "[128, 256)": 1, "[1K, 2K)": 1},
			bars(t, printed["cents"]))
		times := 0
		for _, n := range bars(t, printed["ns"]) {
			times += n
		}
		check(t, "the times in @ns", 3, times)
		check(t, "what is left in @began", "", printed["began"])
		callers := 0
		for stack, n := range stacks(t, printed["callers"]) {
			if !strings.Contains(stack, "\nmain.placeOrder+") {
				t.Errorf("main.placeOrder is not among the callers:%s", stack)
			}
			callers += n
		}
		check(t, "the stacks in @callers", 3, callers)
		prefix := regexp.MustCompile(`(?m)^\[usdt:.*:shop:`)
		fired := prefix.ReplaceAllString(byName(wildcard)["fired"], "[")
		check(t, "@fired", "[order_body]: 1\n[order_end]: 3\n[order_start]: 3\n", sortedLines(fired))

		seen := row{command: "bpftrace -p PID -e 'usdt:*:shop:" + scripts[0] + "'"}
		if !p.seesMemory(t) {
			seen.command = "bpftrace -e 'usdt:PATH:shop:" + scripts[0] + "'"
		}
		if c.backing == "memfd" {
			seen.memfdByPath = "yes"
		}
		p.support(t, seen)
	})
}

// runScripts runs the examples on a new process and fires. It returns the maps that bpftrace
// prints, those of the last script separately.
func runScripts(t *testing.T, p program, c config) (lines, wildcard []string) {
	t.Helper()
	app := startShop(t, c)
	path := app.path(t, "ready")
	last := len(scripts) - 1
	alone := p.attach(t, app, path, "ready", scripts[last], exit)
	others := p.attach(t, app, path, "ready", append(scripts[:last:last], exit)...)

	app.fire(t, "order_start", 1, "Ada")
	others.expect(t, "1 Ada") // before the next, which may be of another processor
	app.fire(t, "order_start", 2, "Bob")
	others.expect(t, "2 Bob")
	app.fire(t, "order_body", []byte("tea\x00\xff"))
	others.expect(t, `tea\x00\xff`)
	app.fire(t, "order_end", 2, 404, 0)
	app.fire(t, "order_end", 1, 200, 1999)
	app.fire(t, "order_start", 3, "Ada")
	others.expect(t, "3 Ada")
	app.fire(t, "order_end", 3, 200, 250)
	app.fire(t, "none")
	return others.end(t), alone.end(t)
}

func check[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

// byName returns what bpftrace printed of each map, without the name, by the name.
func byName(printed []string) map[string]string {
	maps := map[string]string{}
	name := ""
	for _, line := range printed {
		if match := regexp.MustCompile(`^@(\w+)(.*)$`).FindStringSubmatch(line); match != nil {
			name, line = match[1], match[2]
		}
		maps[name] += line + "\n"
	}
	return maps
}

// bars returns the numbers of a histogram that are not 0, by their interval.
func bars(t *testing.T, histogram string) map[string]int {
	t.Helper()
	bars := numbers(t, histogram, `(?m)^(\[.*[\])]) +(\d+) \|`)
	maps.DeleteFunc(bars, func(_ string, n int) bool { return n == 0 })
	return bars
}

// stacks returns how often each stack was counted.
func stacks(t *testing.T, printed string) map[string]int {
	t.Helper()
	unindented := regexp.MustCompile(`(?m)^\s+`).ReplaceAllString(printed, "")
	return numbers(t, unindented, `(?s)\[(\n.*?)\n\]: (\d+)\n`)
}

// numbers adds up the numbers that the second group of the expression matches, by the text that
// the first group matches.
func numbers(t *testing.T, text, expression string) map[string]int {
	t.Helper()
	sums := map[string]int{}
	for _, match := range regexp.MustCompile(expression).FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(match[2])
		if err != nil {
			t.Fatal(err)
		}
		sums[match[1]] += n
	}
	return sums
}

// sortedLines sorts lines, because bpftrace prints keys with equal numbers in any order.
func sortedLines(text string) string {
	return strings.Join(slices.Sorted(strings.Lines(text)), "")
}
