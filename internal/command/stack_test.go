package command

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

// TestStackText: what belongs to firing a probe is left out, also where it has been inlined, and
// nothing that a terminal obeys is written.
func TestStackText(t *testing.T) {
	const fire = "github.com/go-usdt/usdt/stapsdt.(*Probe1[...]).Fire"
	site := location{address: 0x1000, object: "/memfd:shop", offset: 6}
	call := location{address: 0x2000, object: "/bin/shop", frames: []symbol.Frame{
		{Function: "github.com/go-usdt/usdt/cstub.Call", Offset: 5},
	}}
	inlined := location{address: 0x2010, object: "/bin/shop", frames: []symbol.Frame{
		{Function: fire, Inlined: true},
		{Function: "main.pay", File: "pay.go", Line: 3, Inlined: true},
		{Function: "main.order", Offset: 7, File: "order.go", Line: 4},
	}}
	c := location{address: 0x3000, object: "/lib/c.so", offset: 16, frames: []symbol.Frame{
		{Function: "evil\x1b[m", Offset: 1},
	}}
	for _, test := range []struct {
		stack []location
		want  []string
	}{
		{[]location{site, call, inlined, c, {address: 0xabc}}, []string{
			"main.pay (pay.go:3, inlined)", "main.order+7 (order.go:4)", `"evil\x1b[m"+1 (/lib/c.so)`,
			"0xabc",
		}},
		{[]location{site, c}, []string{"0x1000 (/memfd:shop+0x6)", `"evil\x1b[m"+1 (/lib/c.so)`}},
		{[]location{c}, []string{`"evil\x1b[m"+1 (/lib/c.so)`}},
		{[]location{site, call}, []string{
			"0x1000 (/memfd:shop+0x6)", "github.com/go-usdt/usdt/cstub.Call+5 (/bin/shop)",
		}}, // the caller is not known, so something is better than nothing
	} {
		text := string(appendStackText(nil, withoutEntrance(test.stack)))
		got := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), stackIndent, ""), "\n")
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
