//go:build linux && (amd64 || arm64)

// Package faults brings faults about, for real: system calls that fail, limits, file systems,
// namespaces, cgroups and environments. A program meets them when it loads its probes; it must say
// what is wrong, go on, leave nothing behind, and load when the fault is gone.
package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// A build is a way to have probes.
type build struct {
	name  string
	cgo   string // CGO_ENABLED; "" for the C library, which a C program uses
	tags  string
	built func() (path string, err error)
}

var builds = []*build{
	{name: "cgo", cgo: "1"},
	{name: "without cgo", cgo: "0"},
	{name: "stapsdt_purego", cgo: "1", tags: "stapsdt_purego"},
	{name: "C library"},
}

// different are the builds that do the same in no other way: stapsdt_purego writes as the build
// without cgo does.
var different = []*build{builds[0], builds[1], builds[3]}

// binaries is the directory of the programs, which are built once.
var binaries string

func init() {
	for i, b := range builds {
		b.built = sync.OnceValues(func() (string, error) {
			path := filepath.Join(binaries, string(rune('a'+i)))
			cmd := exec.Command("go", "build", "-tags", b.tags, "-o", path, "./program")
			if b.isC() {
				cmd = exec.Command("sh", "-c", "gcc -g -I ../../vendor_c testdata/program.c "+
					`../../vendor_c/*.c -ldl -o "$0"`, path)
			}
			cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED="+b.cgo)
			cmd.Stderr = os.Stderr
			return path, cmd.Run()
		})
	}
}

func (b *build) isC() bool { return b.cgo == "" }

// links reports whether the dynamic linker maps images.
func (b *build) links() bool { return b.tags == "" && b.cgo != "0" }

// program returns the path of the program.
func (b *build) program(t *testing.T) string {
	t.Helper()
	path, err := b.built()
	if err != nil {
		t.Fatalf("build the program %s: %v", b.name, err)
	}
	return path
}
