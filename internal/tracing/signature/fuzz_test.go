package signature_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/cilium/ebpf/btf"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// FuzzReadBTF holds ReadBTF to its promise for any bytes: no panic, bounded memory, and signatures
// that can be trusted, or an error. Run it with
//
//	go test -fuzz=FuzzReadBTF -fuzztime=60s ./internal/tracing/signature
func FuzzReadBTF(f *testing.F) {
	f.Add(section(f, probe("p", param("id", uint64T), param("body", bytesT),
		param("body_len", lengthT), param("path", stringT), param("ok", boolT))))
	f.Add(section(f, probe("p", param("price", float64T), param("deadline", duration)), probe("q")))
	f.Add(section(f, &btf.Struct{Name: "s", Size: 8}, &btf.Enum{Name: "e", Size: 4}))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := signature.ReadBTF(b)
		if err != nil {
			if all != nil || !errors.Is(err, signature.ErrFormat) {
				t.Errorf("signatures %v and the error %v", all, err)
			}
			return
		}
		for _, s := range all {
			check(t, s)
		}
	})
}

// FuzzReadFile does the same for the section in a file.
func FuzzReadFile(f *testing.F) {
	f.Add(imageWith(f, ".BTF", section(f, probe("p", param("id", uint64T)))))
	f.Fuzz(func(t *testing.T, file []byte) {
		all, err := signature.ReadFile(bytes.NewReader(file))
		if err != nil && (all != nil || !errors.Is(err, signature.ErrFormat)) {
			t.Errorf("signatures %v and the error %v", all, err)
		}
	})
}

// check checks what the users of a signature rely on.
func check(t *testing.T, s signature.Signature) {
	t.Helper()
	if s.Provider == "" || s.Probe == "" || len(s.Description) > 1024 || len(s.Params) > 64 {
		t.Errorf("%+v", s)
	}
	place := 0
	for _, p := range s.Params {
		if p.Place != place || p.Type.Name == "" || p.Type.Kind == 0 || len(p.Label()) > 255 {
			t.Errorf("%+v at place %d in %+v", p, place, s)
		}
		switch p.Type.Size {
		case 1, 2, 4, 8:
		default:
			t.Errorf("%+v", p)
		}
		place += p.Places()
	}
	if place > 64 {
		t.Errorf("%d places", place)
	}
}

// Types of no probe take no memory but an index.
func TestReadBTFMemory(t *testing.T) {
	const types = 80_000
	b := section(t, uint64T)[:24]
	for range types {
		b = append(b, 0, 0, 0, 0, 0, 0, 0, 12, 1, 0, 0, 0) // a function
	}
	size := uint32(12 * types)
	binary.LittleEndian.PutUint32(b[12:], size)
	binary.LittleEndian.PutUint32(b[16:], size) // the strings are behind the types
	binary.LittleEndian.PutUint32(b[20:], 1)
	b = append(b, 0)
	n := testing.AllocsPerRun(1, func() {
		if all, err := signature.ReadBTF(b); all != nil || err != nil {
			t.Errorf("read %v, error %v", all, err)
		}
	})
	if n > 100 {
		t.Errorf("%v allocations for types of no probe", n)
	}
}
