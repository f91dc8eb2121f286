package reference

import (
	"bytes"
	debugelf "debug/elf"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestSections compares the sections of an image with their table.
func TestSections(t *testing.T) {
	image, err := elfimage.Build(elfimage.Spec{
		Machine: elf.EM_X86_64, Provider: "shop", Site: []byte{0x90}, BTF: []byte{0},
		Probes: []elfimage.Probe{{Name: "order_start", Args: []int{8, 8}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	file, err := debugelf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, s := range file.Sections[1:] { // the first has no name
		want = append(want, s.Name)
	}
	_, table, _ := strings.Cut(page(t, "formats.md"), "| section |")
	table, _, _ = strings.Cut(table, "\n\n")
	var got []string
	for _, match := range regexp.MustCompile("`(\\.[^`]+)`").FindAllStringSubmatch(table, -1) {
		got = append(got, match[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("sections of an image (-docs/formats.md +written):\n%s", diff)
	}
}

// TestBounds compares what the page says of the bounds of a stream with those of the reader.
func TestBounds(t *testing.T) {
	said := strings.Join(strings.Fields(page(t, "formats.md")), " ")
	want := fmt.Sprintf("names of up to %d KiB, descriptions of %d KiB, texts of %d KiB, frames of "+
		"%d KiB, and %d,%03d probes", wire.MaxName>>10, wire.MaxWords>>10, wire.MaxText>>10,
		wire.MaxFrame>>10, wire.MaxProbes/1000, wire.MaxProbes%1000)
	if !strings.Contains(said, want) {
		t.Errorf("docs/formats.md does not say: %s", want)
	}
}

// TestStream compares the stream of events in docs/formats.md with what is written and read.
func TestStream(t *testing.T) {
	_, block, _ := strings.Cut(page(t, "formats.md"), "<!-- stream -->")
	_, block, _ = strings.Cut(block, "```text\n")
	block, _, _ = strings.Cut(block, "```")
	var digits strings.Builder
	for line := range strings.Lines(block) {
		shown, _, _ := strings.Cut(line, "  ") // what it means follows
		digits.WriteString(strings.ReplaceAll(strings.TrimSpace(shown), " ", ""))
	}
	got, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	var e wire.Encoder
	want := e.AppendHeader(nil, wire.Header{PID: 3583, Command: "shop"})
	want, number, _ := e.AppendProbe(want, wire.Probe{Provider: "shop", Name: "order_start",
		Args: []wire.Arg{{Name: "id", GoType: "uint64", Type: stapsdt.Uint64},
			{Name: "customer", GoType: "string", Type: stapsdt.String}}})
	want = e.AppendLost(want, 0)
	want = e.AppendEvent(want, number, 1000, []wire.Value{wire.ValueOf(uint64(6), 0),
		wire.ValueOf("Ada", 0)})
	want = e.AppendEnd(want, 1, 0, "it ends")
	if diff := cmp.Diff(hex.Dump(got), hex.Dump(want)); diff != "" {
		t.Errorf("the stream (-docs/formats.md +written):\n%s", diff)
	}
	d, header, err := wire.NewDecoder(bytes.NewReader(got))
	if err != nil || header.PID != 3583 {
		t.Fatalf("read %+v, %v", header, err)
	}
	frames := 0
	for _, err = d.Next(); err == nil; _, err = d.Next() {
		frames++
	}
	if err != io.EOF || frames != 4 {
		t.Errorf("read %d frames, then %v", frames, err)
	}
}
