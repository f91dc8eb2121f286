package toggle

import (
	"bytes"
	"errors"
	"log"
	"os"
	"strings"
	"testing"
)

// TestLogReport: the log says what went wrong, and in which state the probes are.
func TestLogReport(t *testing.T) {
	var text bytes.Buffer
	log.SetOutput(&text)
	defer log.SetOutput(os.Stderr)
	logReport(false, errors.New("no room"))
	if !strings.HasSuffix(text.String(), "tracing probes are unloaded, with errors: no room\n") {
		t.Errorf("the log is %q", &text)
	}
}
