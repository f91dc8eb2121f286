package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// maps.bpf.h is ebpf_exporter's own. This is what its documentation says of the only function of it
// that the recipe calls.
const mapsHeader = `
static inline void increment_map(void *map, const void *key, __u64 by)
{
	__u64 zero = 0, *value;

	bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);
	value = bpf_map_lookup_elem(map, key);
	if (value)
		__sync_fetch_and_add(value, by);
}
`

// TestProgram has libbpf load the program that docs/recipes.md has for ebpf_exporter, and attach it
// by the name of its section, as there, to probes in the file of a service. The map has what three
// processes of it have fired that started later.
func TestProgram(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
	directory := t.TempDir()
	shop := filepath.Join(directory, "shop")
	if err := testbuild.Build(shop, []string{"CGO_ENABLED=0"}, "build", "-tags=traced_embedded",
		"-ldflags=-X=main.providers=shop", "../../internal/testing/traced"); err != nil {
		t.Fatal(err)
	}
	compile(t, directory, strings.Replace(recipe(t), "/usr/bin/shop", shop, 1))
	loader := exec.Command("./load")
	loader.Dir = directory
	tool := testenv.Start(t, loader)
	if line := tool.Next(t); line != "attached" {
		t.Fatalf("%s\n%s", line, tool.Errors())
	}
	for id, customer := range []string{"Ada", "Ada", "Grace"} {
		c := testenv.Start(t, exec.Command(shop, "shop"))
		c.Next(t)
		c.Ask(t, "wait order_start true")
		c.Ask(t, fmt.Sprintf("fire order_start [%d, %q]", id, customer))
	}
	tool.CloseInput()
	got, err := tool.Wait()
	if err != nil {
		t.Fatalf("%v: %s", err, tool.Errors())
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"Ada 2", "Grace 1"}, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

// recipe returns the block of C in docs/recipes.md that is a whole program.
func recipe(t *testing.T) string {
	t.Helper()
	block := regexp.MustCompile("(?s)```c\n(#include.*?)```\n").
		FindStringSubmatch(read(t, "../../docs/recipes.md"))
	if block == nil {
		t.Fatal("docs/recipes.md has no program")
	}
	return block[1]
}

// compile makes program.o, with the kernel's own types, and load in a directory.
func compile(t *testing.T, directory, source string) {
	t.Helper()
	types, err := exec.Command(testenv.Tool(t, "bpftool"), "btf", "dump", "file",
		"/sys/kernel/btf/vmlinux", "format", "c").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"vmlinux.h": string(types), "maps.bpf.h": mapsHeader, "program.c": source,
		"load.c": read(t, "testdata/load.c"),
	} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	machine := map[string][2]string{
		"amd64": {"x86", "x86_64"}, "arm64": {"arm64", "aarch64"},
	}[runtime.GOARCH]
	for _, command := range []*exec.Cmd{
		exec.Command(testenv.Tool(t, "clang"), "-g", "-O2", "-target", "bpf",
			"-D__TARGET_ARCH_"+machine[0], "-I.", "-I/usr/include/"+machine[1]+"-linux-gnu",
			"-c", "program.c", "-o", "program.o"),
		exec.Command(testenv.Tool(t, "gcc"), "-o", "load", "load.c", "-lbpf"),
	} {
		command.Dir = directory
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, output)
		}
	}
}
