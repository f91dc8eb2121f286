//go:build amd64 || arm64

package process_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// The names in the memory map of a process may lead to other files there than here.
func TestReadProcessNamespaces(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("mount namespaces need root"))
	}
	unshare := testenv.Tool(t, "unshare")
	if out, err := exec.Command(unshare, "-m", "true").CombinedOutput(); err != nil {
		testenv.Lacks(t, fmt.Errorf("unshare -m: %v\n%s", err, out))
	}
	dir := t.TempDir()
	program := buildProcess(t, dir, "process", "-static")
	other := dir + "/there/process"
	if err := os.MkdirAll(dir+"/there", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte("not what the process has there"), 0o755); err != nil {
		t.Fatal(err)
	}

	const mount = `mount -t tmpfs none "$1/there"; `
	for _, tt := range []struct {
		name, script       string // which finds the directory in $1
		wantName, wantPath string // PID is the process
	}{
		{
			name:     "file hidden by a mount of its own",
			script:   mount + `cp "$1/process" "$1/there"; exec "$1/there/process"`,
			wantName: other, wantPath: "/proc/PID/root" + other,
		}, {
			name:     "the same file in another namespace",
			script:   `exec "$1/process"`,
			wantName: program, wantPath: program,
		}, {
			name:     "changed root",
			script:   `exec chroot "$1" /process`,
			wantName: program, wantPath: program,
		}, {
			name:     "changed root that is hidden by a mount of its own",
			script:   mount + `cp "$1/process" "$1/there"; exec chroot "$1/there" /process`,
			wantName: other, wantPath: "/proc/PID/exe",
		}, {
			name: "overlay of two file systems",
			script: mount + `cd "$1/there"; mkdir lower merged top; cp "$1/process" lower
				mount -t tmpfs none top; mkdir top/upper top/work
				mount -t overlay -o lowerdir=lower,upperdir=top/upper,workdir=top/work none merged
				exec merged/process`,
			wantName: dir + "/there/merged/process",
			wantPath: "/proc/PID/root" + dir + "/there/merged/process",
		}, {
			name: "mount that was taken away",
			script: mount + `cp "$1/process" "$1/there"; cd "$1/there"; umount -l "$1/there"
				exec ./process`,
			wantName: "/process", wantPath: "/proc/PID/exe",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := startProcess(t, unshare, "-m", "--propagation", "private",
				"sh", "-ec", tt.script, "sh", dir)
			o := objectOf(t, c.PID(), "process")
			checkObject(t, o)
			wantPath := strings.Replace(tt.wantPath, "PID", strconv.Itoa(c.PID()), 1)
			if o.Name != tt.wantName || o.Path != wantPath || o.Deleted {
				t.Errorf("name %q, path %q, deleted %v, want %q, %q",
					o.Name, o.Path, o.Deleted, tt.wantName, wantPath)
			}
			checkAttached(t, o, "counted", false)
			c.count(t)
			checkAttached(t, o, "counted", true)
		})
	}
}
