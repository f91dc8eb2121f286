//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// FuzzEnvironment sets the variables that choose something to any text: only what is documented
// counts, and every other backing is an error that names the variable.
func FuzzEnvironment(f *testing.F) {
	f.Add("memfd", "1")
	f.Add("file", "")
	f.Add("File", "no")
	f.Fuzz(func(t *testing.T, backing, disable string) {
		if strings.Contains(backing+disable, "\x00") {
			return // no variable has a NUL
		}
		t.Setenv("STAPSDT_BACKING", backing)
		t.Setenv("STAPSDT_DISABLE", disable)
		p := &Provider{backing: FileBacking}
		got, err := p.chooseBacking()
		want, known := map[string]Backing{"": FileBacking, "file": FileBacking}[backing]
		known = known || backing == "memfd"
		switch {
		case known && (got != want || err != nil):
			t.Errorf("STAPSDT_BACKING=%q: %v, %v, want %v", backing, got, err, want)
		case !known && (!errors.Is(err, ErrArgs) || !strings.Contains(err.Error(), "STAPSDT_BACKING")):
			t.Errorf("STAPSDT_BACKING=%q: %v, %v", backing, got, err)
		}
		// Only the values of strconv.ParseBool that mean false leave the probes on.
		on := slices.Contains([]string{"", "0", "f", "F", "false", "FALSE", "False"}, disable)
		if disabled() == on {
			t.Errorf("STAPSDT_DISABLE=%q: disabled %t", disable, !on)
		}
	})
}
