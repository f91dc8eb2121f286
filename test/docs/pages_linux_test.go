package docs

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var (
	update   = flag.Bool("update", false, "write what commands print into the pages")
	patience = flag.Duration("patience", 4*testenv.Patience,
		"bounds the wait for a command, which may build programs")
)

// TestPages runs the blocks of each page. That in testdata needs all that the runner can do.
func TestPages(t *testing.T) {
	root := root(t)
	world := newWorld(t, root)
	for _, path := range pages(t, root) {
		t.Run(name(path), func(t *testing.T) {
			t.Parallel()
			newPage(t, world, path).run()
		})
	}
}

// root returns the root of the repository.
func root(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// pages returns the paths of all pages below the root of the repository.
func pages(t *testing.T, root string) (paths []string) {
	t.Helper()
	for _, pattern := range []string{"README.md", "docs/*.md", "examples/*/README.md",
		"test/docs/testdata/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no page is %s (%v)", pattern, err)
		}
		for _, path := range found {
			paths = append(paths, strings.TrimPrefix(path, root+"/"))
		}
	}
	return paths
}

// name returns the name of the test of a page: usdt for docs/usdt.md, examples/shop for its README.
func name(path string) string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "docs/"), ".md")
	return strings.TrimSuffix(path, "/README")
}

// A page is one whose blocks are run.
type page struct {
	*testing.T
	world   *world
	path    string
	blocks  []*block
	shell   *shell
	dir     string
	numbers map[string]string // the process id for each number that stands for one
	edits   []edit
}

func newPage(t *testing.T, world *world, path string) *page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(world.root, path))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := parsePage(string(text))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return &page{T: t, world: world, path: path, blocks: blocks, numbers: map[string]string{}}
}

func (p *page) run() {
	p.require()
	defer p.world.lock(p.blocks)()
	p.open()
	defer p.write()
	defer p.shell.stop()
	for _, b := range p.blocks {
		p.block(b)
	}
}

// tools are programs that commands need besides those that every Linux has, and Go.
var tools = regexp.MustCompile(`\b(bpftrace|gdb|perf|bpftool|gcc|make|curl|readelf|objdump|` +
	`[a-z]+-bpfcc|python3|nm|pkg-config|strace)\b`)

// require skips a page that cannot be run here.
func (p *page) require() {
	p.Helper()
	if emulator := os.Getenv("USDT_TEST_EXEC"); emulator != "" {
		p.Skipf("%s runs the test, but not the programs of the page", emulator)
	}
	for _, b := range p.blocks {
		if b.notRun != "" {
			continue
		}
		text := strings.Join(b.first, "\n")
		if b.language == "console" {
			text += "\n" + strings.Join(b.lines, "\n")
		}
		if traces := len(b.programs) > 0 || strings.Contains(text, "$ sudo ") ||
			strings.Contains(text, "$ bpftrace "); traces &&
			os.Geteuid() != 0 {
			testenv.Lacks(p, errors.New("tracing by the kernel needs root"))
		}
		for _, tool := range tools.FindAllString(text, -1) {
			testenv.Tool(p, tool)
		}
	}
}

// open makes the directory and the shell of the page.
func (p *page) open() {
	p.Helper()
	p.dir = p.TempDir()
	own := p.TempDir()
	var err error
	p.shell, err = newShell(filepath.Join(own, "state"), p.dir, p.world, p.world.environ(own))
	if err != nil {
		p.Fatal(err)
	}
}

// block runs one.
func (p *page) block(b *block) {
	p.Helper()
	if b.notRun != "" {
		p.Logf("%s:%d: not run: %s", p.path, b.line, b.notRun)
		return
	}
	if b.file != "" {
		p.file(b)
	}
	for _, text := range b.first {
		p.command(&block{}, &command{line: b.line, text: text, output: []string{others}})
	}
	for _, program := range b.programs {
		if program.command != "" {
			p.start(program)
		}
	}
	switch {
	case b.language == "console":
		p.console(b)
	case b.language == "go":
		p.goBlock(b)
	case b.language == "sh":
		p.shBlock(b)
	}
}

// file writes a block into its file.
func (p *page) file(b *block) {
	p.Helper()
	path := filepath.Join(p.dir, b.file)
	for _, err := range []error{
		os.MkdirAll(filepath.Dir(path), 0o755),
		os.WriteFile(path, []byte(strings.Join(b.lines, "\n")+"\n"), 0o644),
	} {
		if err != nil {
			p.Fatal(err)
		}
	}
}

var (
	runsHere = regexp.MustCompile(`\bgo run REPO/(\S+)`)
	digits   = regexp.MustCompile(`\b\d+\b`)
)

// actual replaces numbers that stand for processes, and the root of the repository, in whose module
// go runs a program of it.
func (p *page) actual(text string) string {
	text = runsHere.ReplaceAllString(text, "go run -C REPO/$1 .")
	text = digits.ReplaceAllStringFunc(text, func(number string) string {
		return cmp.Or(p.numbers[number], number)
	})
	return p.inRepository(text)
}

var repository = regexp.MustCompile(`\bREPO\b`)

// inRepository replaces the root of the repository only.
func (p *page) inRepository(text string) string {
	return repository.ReplaceAllLiteralString(text, p.world.root)
}

// at returns where a line is, for messages.
func (p *page) at(line int) string { return fmt.Sprintf("%s:%d", p.path, line) }
