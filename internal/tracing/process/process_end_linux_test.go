//go:build amd64 || arm64

package process_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// When the main thread has ended, the other threads go on.
func TestReadProcessThread(t *testing.T) {
	program := buildProcess(t, t.TempDir(), "process")
	c := startProcess(t, program, "thread")
	c.awaitNoMap(t)
	o := objectOf(t, c.PID(), "process")
	checkObject(t, o)
	if o.PID != c.PID() || o.Comm != "process" || o.Path != program {
		t.Errorf("process %d, %q, path %q, want %d, %q, %q",
			o.PID, o.Comm, o.Path, c.PID(), "process", program)
	}
	checkAttached(t, o, "counted", false)
	c.count(t)
	checkAttached(t, o, "counted", true)

	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	o = objectOf(t, c.PID(), "process")
	checkObject(t, o)
	if !o.Deleted {
		t.Errorf("path %q is not deleted", o.Path)
	}
}

// A process that has ended, but that nobody has waited for, has no memory and no probes.
func TestReadProcessZombie(t *testing.T) {
	c := startProcess(t, buildProcess(t, t.TempDir(), "process"))
	o := objectOf(t, c.PID(), "process")
	c.zombify(t)
	if objects, err := process.Read(c.PID()); len(objects) != 0 || err != nil {
		t.Errorf("got %v, %v, want nothing", objects, err)
	}
	attached, err := new(process.Reader).Attached(&o)
	if err == nil && !cmp.Equal(attached, make([]bool, len(attached))) {
		t.Errorf("attached %v to a process that has ended", attached)
	}
}
