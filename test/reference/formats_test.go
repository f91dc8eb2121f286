package reference

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

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
