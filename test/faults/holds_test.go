//go:build linux && (amd64 || arm64)

package faults

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// holds says what the program has that a load adds to: descriptors, files, goroutines, and mappings
// of files.
func (p *program) holds(t *testing.T) (held []string) {
	t.Helper()
	proc := fmt.Sprintf("/proc/%d/", p.PID())
	descriptors, err := os.ReadDir(proc + "fd")
	check(t, err)
	for _, d := range descriptors {
		target, err := os.Readlink(proc + "fd/" + d.Name())
		check(t, err)
		held = append(held, "descriptor "+d.Name()+" of "+target)
	}
	for _, pattern := range []string{"/stapsdt-*/*", "/*.so"} {
		files, err := filepath.Glob(p.dir + pattern)
		check(t, err)
		held = append(held, files...)
	}
	held = append(held, fmt.Sprintf("%d goroutines", p.now.Goroutines))
	return append(held, p.mappings(t)...)
}

// mappings returns those of files. Other memory is the allocators', or retired.
func (p *program) mappings(t *testing.T) (held []string) {
	t.Helper()
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", p.PID()))
	check(t, err)
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var begin, end uint64
		var permissions, path string
		var offset, device, inode string
		n, err := fmt.Sscanf(lines.Text(), "%x-%x %s %s %s %s %s", &begin, &end, &permissions, &offset,
			&device, &inode, &path)
		if n < 6 {
			t.Fatalf("%v in %q", err, lines.Text())
		}
		if inode == "0" || strings.HasPrefix(path, "/dev/zero") { // shared memory of the hog
			continue
		}
		if p.build.links() && p.isImage(path) && end-begin > uint64(os.Getpagesize()) {
			continue // glibc keeps what it has mapped of an image if it cannot map the rest
		}
		held = append(held, fmt.Sprintf("mapping %s of %s, %d bytes", permissions, path, end-begin))
	}
	return held
}

func (p *program) isImage(path string) bool {
	return strings.HasPrefix(path, "/memfd:libstapsdt") || strings.HasPrefix(path, p.dir)
}

// mustHold checks that the program has no more than before.
func (p *program) mustHold(t *testing.T, before []string) {
	t.Helper()
	for _, held := range p.holds(t) {
		i := slices.Index(before, held)
		if i < 0 {
			t.Errorf("%s: left behind: %s", p.build.name, held)
			continue
		}
		before = slices.Delete(slices.Clone(before), i, i+1)
	}
}
