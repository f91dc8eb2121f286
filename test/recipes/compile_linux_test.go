package recipes

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// machines are the kinds of machine, with their names in headers of BPF programs.
var machines = map[string]string{"amd64": "x86", "arm64": "arm64"}

// compile makes a BPF program for a kind of machine. More is what the compiler is told besides.
func compile(t *testing.T, source, machine string, more ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program.o")
	command := exec.Command(testenv.Tool(t, "clang"), append([]string{"-target", "bpf", "-g", "-O2",
		"-D__TARGET_ARCH_" + machines[machine], "-c", source, "-o", program}, more...)...)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, output)
	}
	return program
}

// compileTetragon compiles what the agent loads in Linux 6.6 and later.
func compileTetragon(t *testing.T) string {
	t.Helper()
	bpf := filepath.Join(moduleDir(t, "github.com/cilium/tetragon"), "bpf")
	more := []string{"-w", "-mcpu=v2", "-D__LARGE_BPF_PROG", "-D__V511_BPF_PROG",
		"-D__V61_BPF_PROG", "-D__MULTI_KPROBE"}
	for _, headers := range []string{"", "libbpf", "include", "lib", "errmetrics"} {
		more = append(more, "-I"+filepath.Join(bpf, headers))
	}
	return compile(t, filepath.Join(bpf, "process/bpf_generic_usdt.c"), runtime.GOARCH, more...)
}

// moduleDir returns where the go command has a module, which it downloads if need be. Without a
// version, it is that of go.mod.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	text, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		t.Fatalf("go mod download: %v: %s", err, text)
	}
	var of struct{ Dir string }
	if err := json.Unmarshal(text, &of); err != nil {
		t.Fatal(err)
	}
	return of.Dir
}
