package symbol_test

import (
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

func TestEntrances(t *testing.T) {
	const fire = "github.com/go-usdt/usdt/stapsdt.(*Probe2[...]).Fire"
	for _, test := range []struct {
		want  int
		stack []string
	}{
		{0, nil},
		{0, []string{"main"}},
		{0, []string{"", "work", "main"}},
		{3, []string{"", "github.com/go-usdt/usdt/cstub.Call", fire, "main.main"}},
		{2, []string{"block", fire}},
		{3, []string{"block", fire, "github.com/go-usdt/usdt/instrument/slogprobe.Handler.Handle",
			"log/slog.(*Logger).Info"}},
		{0, []string{"", "main.main", fire}}, // called by the library
		{0, []string{"", "github.com/go-usdt/usdt/stapsdtx.Call"}},
	} {
		var stack []symbol.Frame
		for _, name := range test.stack {
			stack = append(stack, symbol.Frame{Function: name})
		}
		if got := symbol.Entrances(stack); got != test.want {
			t.Errorf("%q: %d entrances, want %d", test.stack, got, test.want)
		}
	}
}
