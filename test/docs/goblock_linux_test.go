package docs

import (
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// goBlock checks that a block is formatted, and compiles one that is a whole file, unless commands
// of the page do.
func (p *page) goBlock(b *block) {
	p.Helper()
	text := strings.Join(b.lines, "\n") + "\n"
	formatted, err := format.Source([]byte(text))
	if err != nil {
		p.Errorf("%s: %v", p.at(b.line), err)
	} else if string(formatted) != text {
		p.Errorf("%s: gofmt writes\n%s", p.at(b.line), formatted)
	}
	if strings.HasPrefix(text, "package ") && b.file == "" {
		p.compile(b, text)
	}
}

// compile vets a file in a module of its own.
func (p *page) compile(b *block, text string) {
	p.Helper()
	dir := filepath.Join(p.dir, ".compiled", strconv.Itoa(b.line))
	name := "block.go"
	if strings.Contains(text, "*testing.") {
		name = "block_test.go"
	}
	mod := "module example.com/page\n\ngo 1.25.0\n\nrequire " + module + " " + release + "\n"
	for _, err := range []error{
		os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644),
		os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o644),
	} {
		if err != nil {
			p.Fatal(err)
		}
	}
	vet := exec.Command("go", "vet", "-mod=mod", ".")
	vet.Dir, vet.Env = dir, p.shell.environ
	if out, err := vet.CombinedOutput(); err != nil {
		p.Errorf("%s: %v: %v\n%s", p.at(b.line), vet, err, out)
	}
}

// shBlock has bash read a script.
func (p *page) shBlock(b *block) {
	p.Helper()
	read := exec.Command("bash", "-n")
	read.Stdin = strings.NewReader(strings.Join(b.lines, "\n") + "\n")
	if out, err := read.CombinedOutput(); err != nil {
		p.Errorf("%s: %v: %v\n%s", p.at(b.line), read, err, out)
	}
}
