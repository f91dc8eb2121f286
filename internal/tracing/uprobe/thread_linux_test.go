package uprobe

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// The reasons that a user reads when the kernel does not describe what is looked for.
func TestMemberOffset(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/btf/vmlinux"); err != nil {
		t.Skip("the kernel does not describe its types")
	}
	if runtime.GOARCH == "amd64" {
		if offset, err := threadPointerOffset(); err != nil || offset <= 0 || offset%8 != 0 {
			t.Errorf("thread pointer at %d, %v", offset, err)
		}
	}
	for want, path := range map[string][]string{
		"task_struct has no member thread.nothing":   {"thread", "nothing"},
		"task_struct has no member pid.nothing":      {"pid", "nothing"},
		"task_struct has no member nothing.whatever": {"nothing", "whatever"},
	} {
		if offset, err := memberOffset("task_struct", path...); err == nil || err.Error() != want {
			t.Errorf("got %d, %v, want %s", offset, err, want)
		}
	}
	if _, err := memberOffset("no_struct"); err == nil || !strings.Contains(err.Error(), "no_struct") {
		t.Errorf("a type that is not there: %v", err)
	}
}
