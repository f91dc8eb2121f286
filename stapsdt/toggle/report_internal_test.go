package toggle

import (
	"bytes"
	"errors"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestLogReport: the log says what went wrong, and in which state the probes are.
func TestLogReport(t *testing.T) {
	var text bytes.Buffer
	log.SetOutput(&text)
	defer log.SetOutput(os.Stderr)
	expect := func(want string) {
		t.Helper()
		if !strings.HasSuffix(text.String(), want+"\n") {
			t.Errorf("the log is %q, want %q in the end", &text, want)
		}
	}
	logReport(false, errors.New("no room"))
	expect("tracing probes are unloaded, with errors: no room")

	p := stapsdt.MustProvider("report")
	defer p.Close()
	stapsdt.MustProbe0(p, "probe")
	for value, want := range map[string]string{
		"":  "on, and none is loaded so far",
		"0": "on, and none is loaded so far",

		"1":        "kept off by STAPSDT_DISABLE in the environment",
		"nonsense": "kept off by STAPSDT_DISABLE in the environment",
	} {
		t.Setenv("STAPSDT_DISABLE", value)
		if strings.HasPrefix(want, "kept off") {
			if err := p.Load(); err != nil && !errors.Is(err, stapsdt.ErrUnsupported) || p.Loaded() {
				t.Errorf("STAPSDT_DISABLE=%q: loaded %t, %v", value, p.Loaded(), err)
			}
		}
		logReport(true, nil)
		expect("tracing probes are " + want)
	}
}
