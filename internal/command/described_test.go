//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// The note wins where a signature disagrees with it, and the user is told once.
func TestDisagreement(t *testing.T) {
	note := func(args string) sdtnote.Note {
		return sdtnote.Note{Provider: "shop", Name: "order", Machine: elf.EM_X86_64, Args: args}
	}
	s := signature.New("shop", "order", "", param("id", signature.Uint, 8),
		param("body", signature.Bytes, 8))
	set := signature.NewSet([]signature.Signature{s})
	var d descriptions
	if got := d.of(note("8@%rdi 8@%rsi -8@%rdx"), set); got != set.Find("shop", "order") {
		t.Errorf("got %v, want the signature", got)
	}
	if got := d.of(note("8@%rdi 8f@%xmm0 -8@%rdx"), set); got == nil {
		t.Error("an argument that cannot be read is no disagreement")
	}
	if got := d.of(sdtnote.Note{Provider: "shop", Name: "other"}, set); got != nil {
		t.Errorf("other probe: got %v", got)
	}
	if errs := d.tell(); errs != nil {
		t.Errorf("told %v", errs)
	}
	for range 3 {
		for _, args := range []string{"8@%rdi", "8@%rdi 4@%esi -8@%rdx"} {
			if got := d.of(note(args), set); got != nil {
				t.Errorf("%s: got %v, want none", args, got)
			}
		}
	}
	errs := d.tell()
	const want = "shop:order is shown without names: its description has 3 arguments, its note 1"
	if len(errs) != 1 || errs[0].Error() != want {
		t.Errorf("told %v, want %s", errs, want)
	}
}

// Very many probes that disagree do not fill the memory or the terminal.
func TestManyDisagreements(t *testing.T) {
	var d descriptions
	for i := range 100_000 {
		s := signature.New("shop", fmt.Sprint("p", i), "", param("id", signature.Uint, 8))
		d.of(sdtnote.Note{Provider: s.Provider, Name: s.Probe, Machine: elf.EM_X86_64},
			signature.NewSet([]signature.Signature{s}))
	}
	errs := d.tell()
	if len(errs) != maxTold+1 || !strings.HasPrefix(errs[maxTold].Error(), "other probes, too, ") {
		t.Errorf("told %v", errs)
	}
	if len(d.refused) > maxRefused {
		t.Errorf("remembers %d", len(d.refused))
	}
}

// A file that describes too many probes is told of once.
func TestUnsigned(t *testing.T) {
	var d descriptions
	for range 3 {
		d.unsigned("/a\x1b")
	}
	errs := d.tell()
	const want = `the probes of "/a\x1b" are shown without names: it describes too many; ` +
		"--types takes a description of them"
	if len(errs) != 1 || errs[0].Error() != want {
		t.Errorf("told %v", errs)
	}
}
