//go:build linux && cgo && !stapsdt_purego && (amd64 || arm64)

package stapsdt

import "testing"

// TestPublishByLinker: libstapsdt publishes here. If it could not, nothing else would show it,
// because the Go writer would do it.
func TestPublishByLinker(t *testing.T) {
	for _, backing := range []Backing{MemfdBacking, FileBacking} {
		p := MustProvider("linked", WithBacking(backing), WithDir(t.TempDir()))
		MustProbe1[int](p, "p")
		request, err := p.request(p.Probes())
		if err != nil {
			t.Fatal(err)
		}
		pub, err := publishByLinker(request)
		if err != nil {
			t.Errorf("%v: %v", backing, err)
			continue
		}
		pub.file.Close()
		if err := pub.withdraw(); err != nil {
			t.Errorf("%v: %v", backing, err)
		}
	}
}
