package uprobe

import (
	"bytes"
	"errors"
	"reflect"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"
)

// A visit is called with the key of an entry of a map, and with its value; if each processor has
// its own, with all of them one behind the other. It must not keep either.
type visit func(key, values []byte)

// each calls f once for each entry of a map. Of those that programs add or remove meanwhile, some
// may be missing.
func (s *session) each(m *ebpf.Map, f visit) error {
	if s.readsBatches() {
		return inBatches(m, m.BatchLookup, fewEntries, f)
	}
	return oneByOne(m, f)
}

// take is each for a map into which no program writes, and removes the entries: none comes again.
// After an error, f may not have been called for some that are gone.
func (s *session) take(m *ebpf.Map, f visit) error {
	if s.readsBatches() {
		return inBatches(m, m.BatchLookupAndDelete, fewEntries, f)
	}
	var keys [][]byte
	err := oneByOne(m, func(key, values []byte) {
		keys = append(keys, bytes.Clone(key))
		f(key, values)
	})
	for _, key := range keys {
		err = errors.Join(err, m.Delete(key))
	}
	return err
}

// readsBatches tells whether maps are read many entries at a time. The kernel reads a bucket of a
// hash under its lock, and entries stay in their bucket: so each comes once. Linux before 6.1 could
// pass over a bucket in silence, and before 6.0 it ran no program of a perf event on a processor
// that is reading (bpf_prog_active).
func (s *session) readsBatches() bool { return s.features.Multi }

// How many entries are read at a time: few at first, as most maps have few, then as many as fill
// some bytes.
const (
	fewEntries = 64
	batchBytes = 64 << 10
)

// inBatches calls f for the entries that lookup returns, at first about n at a time.
func inBatches(m *ebpf.Map, lookup func(cursor *ebpf.MapBatchCursor, keysOut, valuesOut any,
	o *ebpf.BatchOptions) (int, error), n int, f visit) error {
	valueSize, err := sizeOfValues(m)
	if err != nil {
		return err
	}
	keySize, cursor := int(m.KeySize()), new(ebpf.MapBatchCursor)
	keys, values := arraysOf(keySize, n), arraysOf(valueSize, n)
	for {
		count, err := lookup(cursor, keys.Interface(), values.Interface(), nil)
		isShort := errors.Is(err, unix.ENOSPC) // of a bucket: it has more entries
		isEnd := errors.Is(err, ebpf.ErrKeyNotExist)
		if err != nil && !isShort && !isEnd {
			return err
		}
		for i := range count {
			f(keys.Index(i).Bytes(), values.Index(i).Bytes())
		}
		switch {
		case isEnd:
			return nil
		case isShort, count > n/2 && n*(keySize+valueSize) < batchBytes:
			n *= 2
			keys, values = arraysOf(keySize, n), arraysOf(valueSize, n)
		}
	}
}

// arraysOf returns a slice of n arrays of bytes, which cilium/ebpf reads into without a copy.
func arraysOf(size, n int) reflect.Value {
	array := reflect.ArrayOf(size, reflect.TypeFor[byte]())
	return reflect.MakeSlice(reflect.SliceOf(array), n, n)
}

// sizeOfValues returns how many bytes the values of an entry have.
func sizeOfValues(m *ebpf.Map) (int, error) {
	size := int(m.ValueSize())
	if !isPerCPU(m) {
		return size, nil
	}
	cpus, err := ebpf.PossibleCPU()
	return (size + 7) &^ 7 * cpus, err
}

func isPerCPU(m *ebpf.Map) bool {
	return m.Type() == ebpf.PerCPUHash || m.Type() == ebpf.PerCPUArray
}

// oneByOne calls f for each entry.
func oneByOne(m *ebpf.Map, f visit) error {
	var (
		key    []byte
		value  []byte
		perCPU [][]byte
	)
	entries := m.Iterate()
	if !isPerCPU(m) {
		for entries.Next(&key, &value) {
			f(key, value)
		}
		return entries.Err()
	}
	for entries.Next(&key, &perCPU) {
		f(key, bytes.Join(perCPU, nil))
	}
	return entries.Err()
}
