// Coverage says how much of the library's packages the tests run: in both builds, with cgo and
// without, in the test programs and in their children. It fails when a statement is never run and
// test/coverage/uncovered.txt has no reason for it.
//
//	go run ./test/coverage
//
// With -update it writes the table into docs/reliability.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/testing/document"
)

const (
	module  = "github.com/go-usdt/usdt/"
	reasons = "test/coverage/uncovered.txt"
)

// library lists the packages that a program with probes, or with tests of them, can have. They are
// tested by their own tests, and by those of testers, which build programs with GOFLAGS.
var (
	library = []string{"stapsdt", "stapsdt/stapsdthttp", "stapsdt/stapsdttest", "stapsdt/toggle",
		"cstub", "internal/btf", "internal/elf", "internal/elfimage", "internal/gdbjit",
		"internal/imagefile", "internal/linux", "internal/memfd", "internal/pattern",
		"internal/probesite", "internal/ring", "internal/sdtnote", "internal/ticks", "internal/wire"}
	testers = []string{"test/secure"}
)

func main() {
	data := flag.String("data", "", "do not run the tests: use the data in `DIRECTORY`")
	update := flag.Bool("update", false, "write the table into docs/reliability.md")
	flag.Parse()
	if err := run(*data, *update); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

func run(data string, update bool) error {
	if data == "" {
		temporary, err := os.MkdirTemp("", "coverage")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		data = temporary
		if err := errors.Join(test(data, "cgo", "1"), test(data, "nocgo", "0")); err != nil {
			return err
		}
	}
	functions, err := read(data)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(reasons)
	if err != nil {
		return err
	}
	known, err := parseReasons(string(text))
	if err != nil {
		return err
	}
	figures := table(functions)
	fmt.Print(figures)
	if update {
		if err := document.Replace("docs/reliability.md", "coverage", figures); err != nil {
			return err
		}
	}
	return compare(functions, known)
}

// test runs the tests in one build, which put their data into a directory below data. GOFLAGS also
// reaches the programs that tests build, and GOCOVERDIR all children.
func test(data, build, cgo string) error {
	data, err := filepath.Abs(filepath.Join(data, build))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	// Some children have another user. os.MkdirTemp has made the directory above for this one only.
	if err := errors.Join(os.Chmod(data, 0o777), os.Chmod(filepath.Dir(data), 0o755)); err != nil {
		return err
	}
	var measured []string
	for _, p := range library {
		measured = append(measured, module+p)
	}
	// Counters make functions slower, and too large to be inlined.
	args := []string{"test", "-count=1", "-timeout=60m",
		"-skip=^(TestFireIsInlined|TestLoadIsLinear)$"}
	packages := library
	if cgo == "1" {
		packages = slices.Concat(library, testers)
	}
	for _, p := range packages {
		args = append(args, "./"+p)
	}
	cmd := exec.Command("go", append(args, "-args", "-test.gocoverdir="+data)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo, "GOCOVERDIR="+data,
		"GOFLAGS=-cover -coverpkg="+strings.Join(measured, ","))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("the tests of the build %s: %w\n%s", build, err, out)
	}
	return nil
}

// table lists how much of each package is run.
func table(functions []function) string {
	var b strings.Builder
	b.WriteString("| package | statements | run by tests |\n|---|--:|--:|\n")
	var all, ran int
	for _, p := range library {
		var statements, run int
		for _, f := range functions {
			if f.pkg == p {
				statements += f.statements
				run += f.statements - f.uncovered
			}
		}
		if statements > 0 {
			fmt.Fprintf(&b, "| `%s` | %d | %s |\n", p, statements, percent(run, statements))
		}
		all, ran = all+statements, ran+run
	}
	fmt.Fprintf(&b, "| all | %d | %s |\n", all, percent(ran, all))
	return b.String()
}

func percent(part, whole int) string {
	return fmt.Sprintf("%.1f %%", float64(part)*100/float64(max(whole, 1)))
}
