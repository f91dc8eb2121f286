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
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

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

// After Limit, all threads have the rights to trace and no others, and so has what they start: of
// root, and of a user to whom a unit of systemd gives them, and one more.
func TestLimit(t *testing.T) {
	if os.Geteuid() != 0 || os.Getenv("USDT_TEST_EXEC") != "" {
		t.Skip("only root has rights to give up, and an emulator passes none on")
	}
	kept := slices.DeleteFunc(rights.Trace(true), func(c rights.Capability) bool {
		return !slices.Contains(rights.Held(), c)
	})
	t.Run("root", func(t *testing.T) { checkLimited(t, kept, new(syscall.SysProcAttr)) })
	t.Run("service", func(t *testing.T) {
		ambient := []uintptr{unix.CAP_NET_BIND_SERVICE}
		for _, c := range kept {
			ambient = append(ambient, uintptr(c.Number))
		}
		checkLimited(t, kept, &syscall.SysProcAttr{
			Credential: &syscall.Credential{Uid: 61500, Gid: 61500}, AmbientCaps: ambient,
		})
	})
}

func checkLimited(t *testing.T, kept rights.Set, attr *syscall.SysProcAttr) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe") // which another user may execute, too
	cmd.Env = append(os.Environ(), limited+"=1")
	cmd.Dir = "/"
	cmd.SysProcAttr = attr
	output, err := cmd.Output()
	if cmd.ProcessState.ExitCode() == 3 && strings.Contains(string(output), "cgo") {
		t.Skip("built with cgo")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	mask := uint64(0)
	for _, c := range kept {
		mask |= 1 << c.Number
	}
	want := fmt.Sprintf("[CapInh:\t%016x CapPrm:\t%016x CapEff:\t%016x CapAmb:\t%016x "+
		"NoNewPrivs:\t1]", mask, mask, mask, mask)
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
