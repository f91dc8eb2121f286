//go:build amd64 || arm64

package process_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// TestLocateSelf compares what is said of an address of this process with what the runtime says.
func TestLocateSelf(t *testing.T) {
	pc, file, line, _ := runtime.Caller(0)
	locations, err := new(process.Reader).Locate(os.Getpid(), []process.Instruction{
		{Address: uint64(pc), IsReturn: true},
		{Address: 1},
	})
	if err != nil || len(locations) != 2 {
		t.Fatalf("%+v, %v", locations, err)
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	self := locations[0]
	if len(self.Frames) != 1 || self.Object != path {
		t.Fatalf("got %+v, want a function of %s", self, path)
	}
	frame := self.Frames[0]
	if !strings.HasSuffix(frame.Function, ".TestLocateSelf") || frame.File != file ||
		frame.Line != line {
		t.Errorf("got %+v, want %s:%d", frame, file, line)
	}
	if !reflect.DeepEqual(locations[1], process.Location{}) {
		t.Errorf("nothing is mapped there: %+v", locations[1])
	}
}

// TestLocateEnded: what a process had mapped is known when it has ended, even if its file is gone.
func TestLocateEnded(t *testing.T) {
	program := t.TempDir() + "/cat"
	cat, err := exec.LookPath("cat")
	if err == nil {
		err = exec.Command("cp", cat, program).Run()
	}
	if err != nil {
		t.Fatal(err)
	}
	child := testenv.Start(t, exec.Command(program))
	child.Ask(t, "it runs")
	var r process.Reader
	if _, err := r.Locate(child.PID(), nil); err != nil {
		t.Fatal(err)
	}
	code := codeOf(t, child.PID(), program)
	child.End(t)
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	locations, err := r.Locate(child.PID(), []process.Instruction{{Address: code}})
	if err != nil || len(locations) != 1 || locations[0].Object != program {
		t.Errorf("got %+v, %v", locations, err)
	}
	if _, err := new(process.Reader).Locate(child.PID(), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a process that was never seen: %v", err)
	}
}

// codeOf returns the address of code of a file in a process.
func codeOf(t *testing.T, pid int, path string) uint64 {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(maps)) {
		fields := strings.Fields(line)
		if fields[len(fields)-1] != path || !strings.Contains(fields[1], "x") {
			continue
		}
		start, _, _ := strings.Cut(line, "-")
		address, err := strconv.ParseUint(start, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		return address
	}
	t.Fatalf("process %d has no code of %s", pid, path)
	return 0
}

// TestLocateSilent: a file system that does not answer costs the names of its files only.
func TestLocateSilent(t *testing.T) {
	silent := testenv.StartSilentFS(t, writeProbe(t, "silent"))
	testenv.MapToExecute(t, silent.File)
	silent.Silence(t, "open")
	pc, _, _, _ := runtime.Caller(0)
	address := codeOf(t, os.Getpid(), silent.File)
	patiently(t, func(r *process.Reader) error {
		locations, err := r.Locate(os.Getpid(), []process.Instruction{
			{Address: address}, {Address: uint64(pc), IsReturn: true},
		})
		if err != nil {
			return err
		}
		if l := locations[0]; l.Object != silent.File || len(l.Frames) != 0 {
			return fmt.Errorf("got %+v of the file that is silent", l)
		}
		if l := locations[1]; len(l.Frames) != 1 {
			return fmt.Errorf("got %+v of this test", l)
		}
		return nil
	})
}
