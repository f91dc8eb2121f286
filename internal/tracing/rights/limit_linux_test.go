package rights_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// limited has a process that gives up its rights, and says what it has then.
const limited = "RIGHTS_TEST_LIMITED"

func TestMain(m *testing.M) {
	if os.Getenv(limited) == "" {
		os.Exit(m.Run())
	}
	locked := make(chan struct{})
	for range 4 { // threads that are there already
		go func() {
			runtime.LockOSThread()
			locked <- struct{}{}
			select {}
		}()
		<-locked
	}
	if err := rights.Limit(rights.Trace(true)); err != nil {
		fmt.Println(err)
		if errors.Is(err, errors.ErrUnsupported) {
			os.Exit(3)
		}
		os.Exit(1)
	}
	// What the kernel says of each thread, and of a program that root starts.
	threads, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil {
		panic(err)
	}
	for _, thread := range append(threads, "") {
		text, err := os.ReadFile(thread)
		if thread == "" {
			text, err = exec.Command("cat", "/proc/self/status").Output()
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(regexp.MustCompile(`(?m)^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs):\s*(\w+)$`).
			FindAllString(string(text), -1))
	}
}

// After Limit, all threads have the rights to trace and no others, and so has what they start.
func TestLimit(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root has rights to give up")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), limited+"=1")
	output, err := cmd.Output()
	if cmd.ProcessState.ExitCode() == 3 && strings.Contains(string(output), "cgo") {
		t.Skip("built with cgo")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	mask := uint64(0)
	for _, c := range rights.Held() {
		if slices.Contains(rights.Trace(true), c) {
			mask |= 1 << c.Number
		}
	}
	want := fmt.Sprintf("[CapInh:\t%016x CapPrm:\t%016x CapEff:\t%016x CapAmb:\t%016x "+
		"NoNewPrivs:\t1]", 0, mask, mask, 0)
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	if len(lines) < 6 {
		t.Errorf("%d threads, want five and more", len(lines)-1)
	}
	for _, line := range lines {
		if line != want {
			t.Errorf("got  %s\nwant %s", line, want)
		}
	}
}
