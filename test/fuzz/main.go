// Fuzz runs every fuzz target of this module, one after another and each for as long as -time says,
// goes on when one fails, and sums up how many inputs were tried.
//
//	go run ./test/fuzz -time 10m
//
// With -update it writes the table into docs/reliability.md, with -keep it keeps in testdata/fuzz
// those inputs that reach something new.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/testing/document"
)

const module = "github.com/go-usdt/usdt"

func main() {
	each := flag.Duration("time", time.Minute, "for how long each target runs")
	only := flag.String("run", "", "only the targets that match `REGEXP`, such as sdtnote.FuzzRead")
	update := flag.Bool("update", false, "write the table into docs/reliability.md")
	keep := flag.Bool("keep", false, "keep inputs that reach something new")
	flag.Parse()
	if err := run(*each, *only, *update, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

func run(each time.Duration, only string, update, keep bool) error {
	targets, err := find(os.DirFS("."))
	if err != nil {
		return err
	}
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	var results []result
	for _, t := range targets {
		if !wanted.MatchString(t.String()) {
			continue
		}
		fmt.Println(t)
		r := t.fuzz(each)
		results = append(results, r)
		if keep && !r.failed {
			if err := t.keep(); err != nil {
				return err
			}
		}
	}
	text := table(results)
	fmt.Print("\n" + text)
	if update {
		if err := document.Replace("docs/reliability.md", "fuzz", text); err != nil {
			return err
		}
	}
	for _, r := range results {
		if r.failed {
			return fmt.Errorf("%v failed; the input is in testdata/fuzz there, and go test runs it", r)
		}
	}
	return nil
}

// A target is a function FuzzXxx.
type target struct{ dir, name string }

func (t target) String() string { return t.dir + "." + t.name }

var declaration = regexp.MustCompile(`(?m)^func (Fuzz[A-Z]\w*)\(\w+ \*testing\.F\)`)

// find returns all targets, by the source of the tests: so none can be forgotten.
func find(module fs.FS) (targets []target, err error) {
	err = fs.WalkDir(module, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		source, err := fs.ReadFile(module, file)
		for _, m := range declaration.FindAllSubmatch(source, -1) {
			targets = append(targets, target{path.Dir(file), string(m[1])})
		}
		return err
	})
	if err == nil && len(targets) == 0 {
		err = fmt.Errorf("no fuzz target; run this in the root of the module")
	}
	return targets, err
}

// A result is what came of a run of a target.
type result struct {
	target
	time   time.Duration
	inputs uint64 // that were tried
	failed bool
}

// fuzz runs the target and shows its output.
func (t target) fuzz(each time.Duration) result {
	// The directory may belong to a module of its own.
	cmd := exec.Command("go", "test", "-C", t.dir, "-run=^$", "-fuzz=^"+t.name+"$",
		"-fuzztime="+each.String(), "-fuzzminimizetime=20x", "-timeout=0", ".")
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	text := output.String()
	// On a machine with much to do, package testing takes the end of the time for a failure.
	if strings.Contains(text, "context deadline exceeded") &&
		!strings.Contains(text, "Failing input") {
		err = nil
	}
	if err != nil {
		fmt.Print(text)
	}
	return result{t, each, inputs(text), err != nil}
}

var progress = regexp.MustCompile(`, execs: (\d+) `)

// inputs returns how many inputs go test says that it has tried.
func inputs(output string) (n uint64) {
	for _, m := range progress.FindAllStringSubmatch(output, -1) {
		n, _ = strconv.ParseUint(m[1], 10, 64) // digits
	}
	return n
}

// table lists the results, and their sum.
func table(results []result) string {
	var b strings.Builder
	b.WriteString("| target | for | inputs tried | result |\n|---|--:|--:|---|\n")
	var sum time.Duration
	var total uint64
	for _, r := range results {
		outcome := "ok"
		if r.failed {
			outcome = "FAILED"
		}
		fmt.Fprintf(&b, "| `%v` | %v | %d | %s |\n", r, r.time, r.inputs, outcome)
		sum += r.time
		total += r.inputs
	}
	fmt.Fprintf(&b, "| %d targets | %v | %d | |\n", len(results), sum, total)
	return b.String()
}
