package recipes

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/cilium/tetragon/pkg/api/tracingapi"
	"github.com/cilium/tetragon/pkg/elf"
	"github.com/cilium/tetragon/pkg/generictypes"
	"github.com/google/go-cmp/cmp"
)

// TestTetragon: with the policy in docs/recipes.md, Tetragon finds the probe and its arguments in
// the file of a service, and Tetragon's BPF program sends what two processes fire. What the agent
// does between the two, this test does: the agent cannot be built from its module. test/kubernetes
// has an API server judge the form of the policy.
func TestTetragon(t *testing.T) {
	asRoot(t)
	shop, p := buildShop(t), readPolicy(t)
	target := targets(t, shop)[p.Provider+":"+p.Name]
	if target == nil {
		t.Fatalf("no probe %s:%s is found", p.Provider, p.Name)
	}
	collection := loadTetragon(t, p.config(t, target))
	attachTetragon(t, collection, shop, target)
	events := readEvents(t, collection.Maps["tg_rb_events"])
	want := sell(t, shop, func(pid int) { know(t, collection.Maps["execve_map"], pid) })
	var got []order
	for range want {
		got = append(got, tetragonOrder(t, next(t, events)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

// config is what the BPF program is told of the arguments.
func (p probe) config(t *testing.T, target *elf.UsdtTarget) (c tracingapi.EventConfig) {
	t.Helper()
	const preload = 1 << 8 // a text is read by a program that may sleep, before the others run
	for i, argument := range p.Args {
		if argument.Index >= int(target.Spec.ArgsCnt) {
			t.Fatalf("the probe has no argument %d", argument.Index)
		}
		of := target.Spec.Args[argument.Index]
		c.ArgType[i] = int32(generictypes.GenericTypeFromString(argument.Type))
		if c.ArgType[i] == generictypes.GenericStringType {
			c.ArgMeta[i] = preload
		}
		c.UsdtArg[i] = tracingapi.ConfigUsdtArg{
			Type: of.Type, ValOff: of.ValOff, RegOff: uint32(of.RegOff), Shift: of.Shift,
		}
	}
	return c
}

func loadTetragon(t *testing.T, config tracingapi.EventConfig) *ebpf.Collection {
	t.Helper()
	spec, err := ebpf.LoadCollectionSpec(compileTetragon(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"execve_map", "sleepable_preload"} {
		spec.Maps[name].MaxEntries = 1024
	}
	spec.Maps["tg_rb_events"].MaxEntries = 1 << 16
	delete(spec.Programs, "generic_sleepable_offload") // it writes, for which a policy has to ask
	collection, err := ebpf.NewCollection(spec)
	if err != nil {
		t.Fatalf("%+v", err)
	}
	t.Cleanup(collection.Close)
	var b bytes.Buffer
	if err := binary.Write(&b, binary.NativeEndian, config); err != nil {
		t.Fatal(err)
	}
	if err := collection.Maps["config_map"].Put(uint32(0), b.Bytes()); err != nil {
		t.Fatal(err)
	}
	return collection
}

// attachTetragon attaches the programs. The kernel runs those first that come last.
func attachTetragon(t *testing.T, of *ebpf.Collection, file string, target *elf.UsdtTarget) {
	t.Helper()
	executable, err := link.OpenExecutable(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"generic_sleepable_preload_cleanup", "generic_usdt_event", "generic_sleepable_preload",
	} {
		attached, err := executable.UprobeMulti(nil, of.Programs[name], &link.UprobeMultiOptions{
			Addresses: []uint64{target.IpRel}, RefCtrOffsets: []uint64{target.SemaOff},
			Cookies: []uint64{0}, // the index into config_map
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Cleanup(func() { attached.Close() })
	}
}

// know has the BPF program know a process. Of others, it sends nothing.
func know(t *testing.T, processes *ebpf.Map, pid int) {
	t.Helper()
	value := make([]byte, processes.ValueSize())
	binary.NativeEndian.PutUint32(value, uint32(pid))
	binary.NativeEndian.PutUint64(value[8:], 1) // the time of its start, which must not be 0
	if err := processes.Put(uint32(pid), value); err != nil {
		t.Fatal(err)
	}
}

// tetragonOrder reads an event: a head, and of each argument, whether it could be read, and its
// value, which for a text begins with its length.
func tetragonOrder(t *testing.T, record ringbuf.Record) order {
	t.Helper()
	r := bytes.NewReader(record.RawSample)
	var head tracingapi.MsgGenericKprobe
	var number struct {
		Failed uint32
		Value  uint64
	}
	var text struct{ Failed, Length uint32 }
	for _, to := range []any{&head, &number, &text} {
		if err := binary.Read(r, binary.NativeEndian, to); err != nil {
			t.Fatal(err)
		}
	}
	if number.Failed != 0 || text.Failed != 0 || int(text.Length) > r.Len() {
		t.Fatalf("the arguments are %+v, %+v", number, text)
	}
	customer := make([]byte, text.Length)
	if _, err := r.Read(customer); err != nil {
		t.Fatal(err)
	}
	return order{int(head.ProcessKey.Pid), number.Value, string(customer)}
}
