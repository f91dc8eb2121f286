package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// file is one file of an archive. The paths are those below /usr or /usr/local.
type file struct {
	name    string
	content []byte
	mode    os.FileMode
}

const documentation = "share/doc/usdt/"

// under returns the files below a directory, sorted by their names.
func under(directory string, files []file) []file {
	moved := slices.Clone(files)
	for i := range moved {
		moved[i].name = directory + "/" + moved[i].name
	}
	slices.SortFunc(moved, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return moved
}

// read returns files of this machine as they are to be in a directory of the archive.
func read(directory string, paths ...string) ([]file, error) {
	var files []file
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, file{directory + filepath.Base(path), content, 0o644})
	}
	return files, nil
}

// documents returns files of this repository.
func documents(paths ...string) ([]file, error) { return read(documentation, paths...) }

// descriptions returns the descriptions that are built into usdt, as examples for other programs'.
func descriptions() ([]file, error) {
	paths, err := filepath.Glob("internal/tracing/catalog/builtin/*.d")
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("found no descriptions: run it in the directory of the module")
	}
	if err != nil {
		return nil, err
	}
	return read(documentation+"examples/", paths...)
}

// deployment returns what a service takes, and what reads its metrics, as examples.
func deployment() ([]file, error) {
	return read(documentation+"examples/", "deploy/export.yaml",
		"deploy/systemd/usdt-export.service", "deploy/systemd/usdt-export-before-6.6.conf",
		"deploy/prometheus/usdt.rules.yml", "deploy/grafana/usdt.json")
}

// completions returns the files by which shells complete the command lines of a program.
func completions(program string) ([]file, error) {
	var files []file
	for shell, name := range map[string]string{
		"bash": "share/bash-completion/completions/usdt",
		"zsh":  "share/zsh/site-functions/_usdt",
		"fish": "share/fish/vendor_completions.d/usdt.fish",
	} {
		script, err := exec.Command(program, "completion", shell).Output()
		if err != nil {
			return nil, fmt.Errorf("usdt completion %s: %w", shell, err)
		}
		files = append(files, file{name, script, 0o644})
	}
	return files, nil
}

// manual has a program write its manual pages into a directory, and returns them.
func manual(program, directory string, date time.Time) ([]file, error) {
	cmd := exec.Command(program, "man", directory)
	cmd.Env = append(os.Environ(), epoch+"="+strconv.FormatInt(date.Unix(), 10), "TZ=UTC")
	if output, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("usdt man: %w: %s", err, output)
	}
	pages, err := filepath.Glob(directory + "/*.1")
	if err != nil {
		return nil, err
	}
	return read("share/man/man1/", pages...)
}
