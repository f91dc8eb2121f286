package process

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestLDCache compares what is in the cache of this system with what ldconfig says of it.
func TestLDCache(t *testing.T) {
	data, err := os.ReadFile(ldCache)
	if err != nil {
		t.Skip(err) // another C library
	}
	out, err := exec.Command(testenv.Tool(t, "/sbin/ldconfig"), "-p").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string][]string)
	for line := range strings.Lines(string(out)) {
		name, path, found := strings.Cut(strings.TrimSpace(line), " => ")
		if name, _, _ = strings.Cut(name, " ("); found {
			want[name] = append(want[name], path)
		}
	}
	if got := parseLDCache(data); len(got) == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d libraries, want %d", len(got), len(want))
	}
}

// FuzzLDCache checks that names and paths are texts of the file.
func FuzzLDCache(f *testing.F) {
	cache := make([]byte, 48+24, 128)
	copy(cache, "glibc-ld.so.cache1.1")
	binary.NativeEndian.PutUint32(cache[20:], 1)
	binary.NativeEndian.PutUint32(cache[48+4:], 72)
	binary.NativeEndian.PutUint32(cache[48+8:], 77)
	f.Add(append(cache, "a.so\x00/a.so\x00"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, paths := range parseLDCache(data) {
			for _, text := range append(paths, name) {
				if !bytes.Contains(data, []byte(text)) {
					t.Errorf("%q", text)
				}
			}
		}
	})
}
