package main

import (
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// These bound what is kept of a target's inputs.
const (
	maxKept      = 40
	maxKeptBytes = 150 << 10
	maxInput     = 16 << 10
)

// An input is one that go test has found, with what it reaches: blocks of the target's package, and
// about how often each.
type input struct {
	name    string
	size    int64
	reaches []string
}

// keep chooses, from the inputs in go test's cache, a few small ones that together reach what all
// of them reach. They stay in testdata/fuzz.
func (t target) keep() error {
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return err
	}
	found := filepath.Join(strings.TrimSpace(string(cache)), "fuzz", module, t.dir, t.name)
	kept := filepath.Join(t.dir, "testdata", "fuzz", t.name)
	program, err := os.CreateTemp("", "fuzz")
	if err != nil {
		return err
	}
	program.Close()
	defer os.Remove(program.Name())
	build := exec.Command("go", "test", "-c", "-cover", "-covermode=count", "-o", program.Name(),
		"./"+t.dir)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", build, err, out)
	}
	entries, err := os.ReadDir(found)
	if os.IsNotExist(err) {
		return nil // nothing was found beyond the seeds
	}
	if err != nil {
		return err
	}
	var inputs []input
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(found, e.Name()))
		if err != nil {
			return err
		}
		path := filepath.Join(kept, e.Name())
		if _, err := os.Stat(path); err == nil || len(content) > maxInput {
			continue
		}
		in := input{name: e.Name(), size: int64(len(content))}
		if in.reaches, err = t.try(program.Name(), path, content); err != nil {
			return err
		}
		inputs = append(inputs, in)
	}
	for _, in := range choose(inputs) {
		content, err := os.ReadFile(filepath.Join(found, in.name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(kept, in.name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// try runs the target once, with that content in a file for as long.
func (t target) try(program, path string, content []byte) (reaches []string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return nil, err
	}
	defer os.Remove(path)
	profile := program + ".profile"
	defer os.Remove(profile)
	cmd := exec.Command(program, "-test.run=^"+t.name+"$/^"+filepath.Base(path)+"$",
		"-test.coverprofile="+profile)
	cmd.Dir = t.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	text, err := os.ReadFile(profile)
	return reached(string(text)), err
}

var counted = regexp.MustCompile(`(?m)^(.*) (\d+)$`)

// reached returns the blocks of a profile that were run, each with the number of bits of its count.
func reached(profile string) (blocks []string) {
	for _, m := range counted.FindAllStringSubmatch(profile, -1) {
		if n, _ := strconv.ParseUint(m[2], 10, 64); n > 0 {
			blocks = append(blocks, fmt.Sprint(m[1], " ", bits.Len64(n)))
		}
	}
	return blocks
}

// choose takes the input that reaches most of what the ones before do not, and so on.
func choose(inputs []input) (chosen []input) {
	seen := make(map[string]bool)
	left := slices.Clone(inputs)
	total := int64(0)
	for len(left) > 0 && len(chosen) < maxKept {
		best, most := -1, 0
		for i, in := range left {
			fresh := 0
			for _, block := range in.reaches {
				if !seen[block] {
					fresh++
				}
			}
			if fresh > most || best >= 0 && fresh == most && in.size < left[best].size {
				best, most = i, fresh
			}
		}
		if best < 0 {
			break
		}
		in := left[best]
		left = slices.Delete(left, best, best+1)
		if total+in.size > maxKeptBytes {
			continue
		}
		total += in.size
		chosen = append(chosen, in)
		for _, block := range in.reaches {
			seen[block] = true
		}
	}
	return chosen
}
