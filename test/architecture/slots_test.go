//go:build linux && (amd64 || arm64)

package architecture

import (
	"debug/elf"
	"testing"
)

// maxSlots is what package static may add to the text of a program that loads probes, in bytes: 12
// KiB are the slots, and the rest is the code that enters them.
const maxSlots = 20 << 10

func TestSlots(t *testing.T) {
	with, without := text(t, build(t, "with", "-tags=static")), text(t, build(t, "with"))
	t.Logf("%d bytes of text with slots, %d without, %d more", with, without, with-without)
	if with-without > maxSlots {
		t.Errorf("slots make the text %d bytes larger, at most %d are allowed", with-without, maxSlots)
	}
}

// text returns the size of a program's text.
func text(t *testing.T, path string) uint64 {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return f.Section(".text").Size
}
