package uprobe

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// Each error that a user can do something about says what.
func TestExplain(t *testing.T) {
	for err, want := range map[error]string{
		unix.EMFILE: "ulimit -n",
		unix.ENFILE: "fs.file-max",
		unix.ENOMEM: "fewer probes",
		unix.EPERM:  "not permitted to trace",
	} {
		got := explain(os.NewSyscallError("bpf", err))
		if !errors.Is(got, err) || !strings.Contains(got.Error(), want) || !concernsAll(got) {
			t.Errorf("%v is explained as %v, want %q", err, got, want)
		}
	}
	if err := explain(unix.EINVAL); err != unix.EINVAL || concernsAll(err) {
		t.Errorf("EINVAL is explained as %v", err)
	}
	if err := explain(nil); err != nil {
		t.Errorf("no error is explained as %v", err)
	}
}

// The limit of locked memory is named where it is the reason, and only there.
func TestExplainLockedMemory(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a user who may not trace at all is told that")
	}
	for _, tt := range []struct {
		release string
		limit   uint64
		want    bool
	}{
		{"5.10.0", 1 << 16, true}, {"5.10.0", unix.RLIM_INFINITY, false}, {"5.11.0", 1 << 16, false},
	} {
		got := permission(kernel.Kernel{Release: tt.release}, tt.limit)
		if strings.Contains(got, "ulimit -l") != tt.want {
			t.Errorf("Linux %s with a limit of %d: %s", tt.release, tt.limit, got)
		}
	}
}
