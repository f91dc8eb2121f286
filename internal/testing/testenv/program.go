package testenv

import (
	"io"
	"os/exec"
	"testing"
)

// StartFiring starts a program that fires its probes whenever it reads a byte, and answers with one. The test's
// end ends it. It returns the process id, and fire, which returns the answer.
func StartFiring(t testing.TB, path string) (pid int, fire func() byte) {
	t.Helper()
	run := exec.Command(path)
	in, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := run.Wait(); err != nil {
			t.Error(err)
		}
	})
	return run.Process.Pid, func() byte {
		t.Helper()
		if _, err := in.Write([]byte{'!'}); err != nil {
			t.Fatal(err)
		}
		var answer [1]byte
		if _, err := io.ReadFull(out, answer[:]); err != nil {
			t.Fatal(err)
		}
		return answer[0]
	}
}
