package remote_test

import (
	"errors"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/remote"
)

// TestEmptyLines: empty lines, which a program writes to show that it lives, are no readings.
func TestEmptyLines(t *testing.T) {
	server := httptest.NewServer(
		answer(200, "application/x-ndjson", "\n\n"+`{"missed":1}`+"\n\n"+`{"missed":2}`+"\n\n"))
	defer server.Close()
	c, err := remote.New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	readings, err := c.Count(t.Context(), remote.TallyRequest{})
	if err != nil {
		t.Fatal(err)
	}
	defer readings.Close()
	for want := range uint64(2) {
		if r, err := readings.Next(); err != nil || r.Missed != want+1 {
			t.Errorf("missed %d, %v", r.Missed, err)
		}
	}
	if _, err := readings.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
