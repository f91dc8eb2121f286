package otlp

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/export/otlp"
	"github.com/go-usdt/usdt/internal/export/front"
)

var everything = front.OTLP{Metrics: true, Traces: true, Logs: true, Interval: time.Hour}

// A journal is a log for the exporter that a test can read.
type journal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (j *journal) Write(text []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(text)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

// A sink is the exporter's, with what it says of itself.
type sink struct {
	front.Sink
	log *journal
}

// open opens the exporter's sink. It has only the metrics given, and those about itself.
func open(t testing.TB, sends front.OTLP, families ...front.Family) *sink {
	t.Helper()
	s := &sink{log: new(journal)}
	var err error
	s.Sink, err = otlp.Open(front.Setup{
		Version: "v1.2.3",
		OTLP:    sends,
		Collect: func(context.Context) ([]front.Family, error) { return families, nil },
		Log:     slog.New(slog.NewTextHandler(s.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// close closes the sink, which sends everything.
func (s *sink) close(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// count returns the value of a counter that the sink has about a signal.
func (s *sink) count(t testing.TB, name, signal string) int {
	t.Helper()
	for _, f := range s.Sink.(otlp.Reporter).Families() {
		for _, p := range f.Points {
			if f.Name == "usdt_export_otlp_"+name && p.Labels[0] == signal {
				return int(p.Value)
			}
		}
	}
	t.Fatalf("there is no %s of %s", name, signal)
	return 0
}

// counts returns what became of the items of a signal.
func (s *sink) counts(t testing.TB, signal string) (sent, failed, lost int) {
	t.Helper()
	return s.count(t, "sent", signal), s.count(t, "failed", signal), s.count(t, "lost", signal)
}
