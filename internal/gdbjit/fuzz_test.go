//go:build linux && (amd64 || arm64)

package gdbjit

import (
	"regexp"
	"testing"
)

// FuzzTracerPID compares tracerPID with a regular expression.
func FuzzTracerPID(f *testing.F) {
	f.Add([]byte("Name:\ta\nTracerPid:\t12\nUid:\t0\n"))
	f.Add([]byte("xTracerPid:\t1\nTracerPid:\t"))
	line := regexp.MustCompile(`(?s)(?:\A|\n)TracerPid:\t([^\n]*)\n`)
	f.Fuzz(func(t *testing.T, status []byte) {
		want := ""
		if m := line.FindSubmatch(status); m != nil {
			want = string(m[1])
		}
		if got := tracerPID(status); got != want {
			t.Errorf("%q: got %q, want %q", status, got, want)
		}
	})
}
