package recipes

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestGadget attaches the program that docs/recipes.md has for Inspektor Gadget to probes in the
// file of a service, where Tetragon's package finds them. The program sends what two processes
// fire that start later. Inspektor Gadget's own way to attach takes kprobes, which not every kernel
// has that the tests run on.
func TestGadget(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
	shop := buildShop(t)
	events := attach(t, compile(t), shop)
	var want []order
	for id, customer := range []string{"Ada", "Zoë"} {
		c := testenv.Start(t, exec.Command(shop, "shop"))
		c.Next(t)
		c.Ask(t, "wait order_start true")
		c.Ask(t, fmt.Sprintf("fire order_start [%d, %q]", id+1, customer))
		want = append(want, order{c.PID(), uint64(id + 1), customer})
	}
	var got []order
	for range want {
		got = append(got, next(t, events))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

// An order is what the program sends.
type order struct {
	PID      int
	ID       uint64
	Customer string
}

// compile makes the program for both kinds of machine, as Inspektor Gadget does, with its headers,
// and returns that for this one.
func compile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(dir, "program.bpf.c")
	if err := os.WriteFile(source, []byte(block(t, "c", "gadget/")), 0o644); err != nil {
		t.Fatal(err)
	}
	headers := filepath.Join(gadgetModule(t), "include")
	for machine, target := range map[string]string{"amd64": "x86", "arm64": "arm64"} {
		command := exec.Command(testenv.Tool(t, "clang"), "-target", "bpf", "-Wall", "-Werror", "-g",
			"-O2", "-D__TARGET_ARCH_"+target, "-I"+headers,
			"-I"+filepath.Join(headers, "gadget", machine), "-c", source, "-o",
			filepath.Join(dir, machine+".o"))
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, output)
		}
	}
	return filepath.Join(dir, runtime.GOARCH+".o")
}

// gadgetModule returns where the go command has Inspektor Gadget, which it downloads if need be.
func gadgetModule(t *testing.T) string {
	t.Helper()
	text, err := exec.Command("go", "mod", "download", "-json",
		"github.com/inspektor-gadget/inspektor-gadget@v0.39.0").Output()
	if err != nil {
		t.Fatalf("go mod download: %v: %s", err, text)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(text, &module); err != nil {
		t.Fatal(err)
	}
	return module.Dir
}

// attach loads a program, and attaches it to the probe in a file that its section names.
func attach(t *testing.T, program, file string) *ringbuf.Reader {
	t.Helper()
	spec, err := ebpf.LoadCollectionSpec(program)
	if err != nil {
		t.Fatal(err)
	}
	const name = "order_start"
	_, probe, found := strings.Cut(spec.Programs[name].SectionName, "usdt//shop:")
	target := targets(t, file)[probe]
	if !found || target == nil {
		t.Fatalf("the section %q names no probe", spec.Programs[name].SectionName)
	}
	spec.Programs[name].Type = ebpf.Kprobe // the library has no kind "usdt"
	collection, err := ebpf.NewCollection(spec)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	t.Cleanup(collection.Close)
	executable, err := link.OpenExecutable(file)
	if err != nil {
		t.Fatal(err)
	}
	attached, err := executable.Uprobe(probe, collection.Programs[name], &link.UprobeOptions{
		Address: target.IpRel, RefCtrOffset: target.SemaOff,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { attached.Close() })
	reader, err := ringbuf.NewReader(collection.Maps["orders"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader
}

// next waits for an event.
func next(t *testing.T, events *ringbuf.Reader) order {
	t.Helper()
	events.SetDeadline(time.Now().Add(testenv.Patience))
	record, err := events.Read()
	if err != nil {
		t.Fatal(err)
	}
	// struct order ends with its own members; the process that it starts with begins with its name.
	data := record.RawSample
	const own = 8 + 64
	if len(data) <= own {
		t.Fatalf("an event of %d bytes", len(data))
	}
	end := data[len(data)-own:]
	return order{
		PID:      int(binary.NativeEndian.Uint32(data[16:])),
		ID:       binary.NativeEndian.Uint64(end),
		Customer: unix.ByteSliceToString(end[8:]),
	}
}
