//go:build linux && (amd64 || arm64)

package faults

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// hierarchies are where memory cgroups may be, of version 2 and 1.
var hierarchies = []struct{ dir, usage, limit string }{
	{"/sys/fs/cgroup", "memory.current", "memory.max"},
	{"/sys/fs/cgroup/memory", "memory.usage_in_bytes", "memory.limit_in_bytes"},
}

// TestMemoryCgroup: beyond the limit the kernel kills a program, whatever it asks for. So loads
// must not add up.
func TestMemoryCgroup(t *testing.T) {
	needRoot(t)
	for _, b := range builds {
		t.Run(b.name, func(t *testing.T) {
			group, usage, limit := newCgroup(t)
			p := start{build: b, shell: "echo $$ >" + group + "/cgroup.procs"}.run(t)
			const rounds, left = 60, 1 << 20 // bytes
			for i := range rounds {
				if i == rounds/4 { // the allocators have grown
					check(t, os.WriteFile(limit, fmt.Append(nil, number(t, usage)+left), 0))
				}
				p.must(t, "rest")
				p.mustLoad(t)
				if i == rounds-1 {
					p.mustCount(t)
				}
				p.mustUnload(t)
			}
			report.add("memory cgroup with 1 MiB left, 45 times", b, "loads")
		})
	}
}

// newCgroup makes one, which must be empty at the end of the test.
func newCgroup(t *testing.T) (group, usage, limit string) {
	t.Helper()
	var errs []error
	for _, h := range hierarchies {
		group, err := os.MkdirTemp(h.dir, "faults-")
		if err == nil {
			t.Cleanup(func() {
				// A process may leave it some time after its end.
				err := os.Remove(group)
				for end := time.Now().Add(testenv.Patience); errors.Is(err, syscall.EBUSY) &&
					time.Now().Before(end); err = os.Remove(group) {
					time.Sleep(time.Millisecond)
				}
				if err != nil {
					t.Error(err)
				}
			})
			limit = filepath.Join(group, h.limit)
			if _, err = os.Stat(limit); err == nil {
				return group, filepath.Join(group, h.usage), limit
			}
		}
		errs = append(errs, err)
	}
	testenv.Lacks(t, fmt.Errorf("no memory cgroup can be made: %w", errors.Join(errs...)))
	return "", "", ""
}

func number(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	check(t, err)
	return n
}
