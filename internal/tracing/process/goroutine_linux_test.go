package process

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoroutineID compares what is known of this version of Go with the debug information of a
// program, for each machine, and asks about programs of which less is known.
func TestGoroutineID(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := func(machine string, flags ...string) []byte {
		path := filepath.Join(dir, "program")
		cmd := exec.Command("go", append(append([]string{"build", "-o", path}, flags...), source)...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+machine)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
		program, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return program
	}
	for _, machine := range []string{"amd64", "arm64"} {
		program := build(machine)
		want, err := describedGoroutineID(bytes.NewReader(program))
		if err != nil || want == 0 {
			t.Fatalf("%s: %d, %v", machine, want, err)
		}
		got, err := goroutineID(bytes.NewReader(program))
		if err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", machine, got, err, want)
		}
	}
	known := goroutineIDs
	t.Cleanup(func() { goroutineIDs = known })
	goroutineIDs = nil // as if this version of Go were a later one
	if n, err := goroutineID(bytes.NewReader(build("amd64"))); err != nil || n == 0 {
		t.Errorf("a later version: %d, %v", n, err)
	}
	_, err := goroutineID(bytes.NewReader(build("amd64", "-ldflags=-w")))
	if err == nil || !strings.Contains(err.Error(), "does not know, and its debug information does "+
		"not tell: there is none") {
		t.Errorf("without debug information: %v", err)
	}
	goroutineIDs = known
	if _, err := goroutineID(strings.NewReader("#!/bin/sh\n")); err == nil ||
		err.Error() != "it is no program of Go" {
		t.Errorf("no program: %v", err)
	}
	if n, err := new(Reader).GoroutineID(os.Getpid()); err != nil || n == 0 {
		t.Errorf("this process: %d, %v", n, err)
	}
	if _, err := new(Reader).GoroutineID(1 << 30); err == nil {
		t.Error("no process: no error")
	}
}
