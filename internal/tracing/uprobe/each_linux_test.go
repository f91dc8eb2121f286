package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// filledMap makes a map with n entries, whose values tell processors and keys apart.
func filledMap(t testing.TB, kind ebpf.MapType, keySize, valueSize uint32, n int) *ebpf.Map {
	t.Helper()
	if os.Getuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
	_ = rlimit.RemoveMemlock() // see newSession
	m, err := newMap(&ebpf.MapSpec{Name: "usdt_test", Type: kind, KeySize: keySize,
		ValueSize: valueSize, MaxEntries: uint32(n)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	cpus := ebpf.MustPossibleCPU()
	for i := range n {
		key, perCPU := make([]byte, keySize), make([][]byte, cpus)
		binary.NativeEndian.PutUint32(key, uint32(i))
		for cpu := range perCPU {
			perCPU[cpu] = make([]byte, valueSize)
			binary.NativeEndian.PutUint32(perCPU[cpu], uint32(i*cpus+cpu))
		}
		var value any = perCPU
		if !isPerCPU(m) {
			value = perCPU[0]
		}
		if err := m.Put(key, value); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// eachWayToRead are sessions that read maps in different ways.
func eachWayToRead() map[string]*session {
	ways := map[string]*session{"one by one": {}}
	if kernel.Running().Features.Multi {
		ways["batches"] = &session{features: kernel.Features{Multi: true}}
	}
	return ways
}

// entriesOf returns what reading a map gives. No entry may come twice.
func entriesOf(t *testing.T, read func(visit) error) map[string]string {
	t.Helper()
	entries := make(map[string]string)
	err := read(func(key, values []byte) {
		if _, again := entries[string(key)]; again {
			t.Errorf("the key %x came twice", key)
		}
		entries[string(key)] = string(values)
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestEach reads maps of all kinds in each way: each entry comes once, with the same values.
func TestEach(t *testing.T) {
	const n = 3000
	for _, kind := range []ebpf.MapType{
		ebpf.Hash, ebpf.PerCPUHash, ebpf.LRUHash, ebpf.PerCPUArray,
	} {
		for _, size := range []uint32{8, 152} {
			keySize := uint32(264)
			if kind == ebpf.PerCPUArray {
				keySize = 4
			}
			m := filledMap(t, kind, keySize, size, n)
			want := entriesOf(t, func(f visit) error { return oneByOne(m, f) })
			if kind != ebpf.LRUHash && len(want) != n { // an LRU map is full earlier
				t.Fatalf("%v: %d entries", kind, len(want))
			}
			for name, s := range eachWayToRead() {
				got := entriesOf(t, func(f visit) error { return s.each(m, f) })
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%v, %s: (-want +got):\n%s", kind, name, diff)
				}
			}
		}
	}
}

// TestSmallBatch: where a bucket has more entries than a batch, the batch gets larger. Each map
// puts its entries into other buckets, so it happens in one of them.
func TestSmallBatch(t *testing.T) {
	if !kernel.Running().Features.Multi {
		t.Log("this kernel's maps are read one by one")
		return
	}
	shorts := 0
	for i := range 40 {
		m := filledMap(t, []ebpf.MapType{ebpf.Hash, ebpf.PerCPUHash}[i%2], 8, 16, 100)
		lookup := func(
			at *ebpf.MapBatchCursor, keys, values any, o *ebpf.BatchOptions,
		) (int, error) {
			n, err := m.BatchLookup(at, keys, values, o)
			if errors.Is(err, unix.ENOSPC) {
				shorts++
			}
			return n, err
		}
		got := entriesOf(t, func(f visit) error { return inBatches(m, lookup, 1, f) })
		if len(got) != 100 {
			t.Errorf("%d entries", len(got))
		}
	}
	if shorts == 0 {
		t.Error("no batch was too small")
	}
}

// TestTakeAll: what is taken is gone, and nothing else.
func TestTakeAll(t *testing.T) {
	for name, s := range eachWayToRead() {
		m := filledMap(t, ebpf.PerCPUHash, 8, 8, 1000)
		want := entriesOf(t, func(f visit) error { return s.each(m, f) })
		got := entriesOf(t, func(f visit) error { return s.take(m, f) })
		if diff := cmp.Diff(want, got); diff != "" || len(got) != 1000 {
			t.Errorf("%s: %d entries (-want +got):\n%s", name, len(got), diff)
		}
		if left := entriesOf(t, func(f visit) error { return s.each(m, f) }); len(left) != 0 {
			t.Errorf("%s: %d entries are left", name, len(left))
		}
	}
}

// BenchmarkEach reads eight rows of each of some series, in the map of a metric that can have twice
// as many, in each way.
func BenchmarkEach(b *testing.B) {
	for _, series := range []int{50, 500} {
		rows, room := 8*series, mostGroupRows(4*series, ebpf.MustPossibleCPU())
		m := filledMap(b, ebpf.PerCPUHash, 8*rowKeyWords, 8*rowWords, room)
		key := make([]byte, 8*rowKeyWords)
		for i := rows; i < room; i++ {
			binary.NativeEndian.PutUint32(key, uint32(i))
			if err := m.Delete(key); err != nil {
				b.Fatal(err)
			}
		}
		for name, s := range eachWayToRead() {
			b.Run(fmt.Sprintf("%d series, %s", series, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					n := 0
					if err := s.each(m, func(_, _ []byte) { n++ }); err != nil || n != rows {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}
