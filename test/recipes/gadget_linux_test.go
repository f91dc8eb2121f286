package recipes

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestGadget attaches the program that docs/recipes.md has for Inspektor Gadget to the probe that
// its section names, in the file of a service, where Tetragon's package finds it. The program sends
// what two processes fire that start later. Inspektor Gadget's own way to attach takes kprobes,
// which not every kernel has that the tests run on.
func TestGadget(t *testing.T) {
	asRoot(t)
	shop := buildShop(t)
	collection := attachGadget(t, compileGadget(t), shop)
	events := readEvents(t, collection.Maps["orders"])
	want := sell(t, shop, func(int) {})
	var got []order
	for range want {
		got = append(got, gadgetOrder(t, next(t, events)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

// compileGadget compiles the program for both kinds of machine, as Inspektor Gadget does, and
// returns that for this one.
func compileGadget(t *testing.T) (program string) {
	t.Helper()
	source := filepath.Join(t.TempDir(), "program.bpf.c")
	if err := os.WriteFile(source, []byte(block(t, "c", "gadget/")), 0o644); err != nil {
		t.Fatal(err)
	}
	headers := filepath.Join(moduleDir(t, "github.com/inspektor-gadget/inspektor-gadget@v0.39.0"),
		"include")
	for machine := range machines {
		compiled := compile(t, source, machine, "-Wall", "-Werror", "-I"+headers,
			"-I"+filepath.Join(headers, "gadget", machine))
		if machine == runtime.GOARCH {
			program = compiled
		}
	}
	return program
}

func attachGadget(t *testing.T, program, file string) *ebpf.Collection {
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
	return collection
}

// gadgetOrder reads struct order, which ends with its own members. The process, with which it
// starts, begins with its name.
func gadgetOrder(t *testing.T, record ringbuf.Record) order {
	t.Helper()
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
