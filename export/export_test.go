package export

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/export/otlp"
	"github.com/go-usdt/usdt/internal/export/front"
)

// setup returns a setup with one family, and what will be its URL once it is served.
func setup(listen string, signals front.OTLP) (front.Setup, *served) {
	url := new(served)
	return front.Setup{
		Listen: listen,
		OTLP:   signals,
		Collect: func(context.Context) ([]front.Family, error) {
			return []front.Family{{Name: "shop_orders", Points: []front.Point{{Value: 3}}}}, nil
		},
		Ready: func() error { return nil },
		Log:   slog.New(slog.NewTextHandler(url, nil)),
	}, url
}

// served finds the URL in what is logged.
type served struct{ url string }

func (s *served) Write(line []byte) (int, error) {
	if url := regexp.MustCompile(`http://[^ ]+/metrics`).Find(line); url != nil {
		s.url = string(url) // before Open returns
	}
	return len(line), nil
}

// TestOpen opens what the setup wants, and nothing else.
func TestOpen(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1") // nobody listens
	for _, tt := range []struct {
		listen  string
		signals front.OTLP
		sinks   int
		sends   bool
	}{
		{"", front.OTLP{}, 0, false},
		{"127.0.0.1:0", front.OTLP{}, 1, false},
		{"", front.OTLP{Traces: true}, 1, true},
		{"127.0.0.1:0", front.OTLP{Logs: true}, 2, true},
	} {
		s, _ := setup(tt.listen, tt.signals)
		sink, err := Front.Open(s)
		if err != nil {
			t.Fatal(err)
		}
		all := sink.(sinks)
		sends := false
		for _, s := range all {
			if _, ok := s.(otlp.Reporter); ok {
				sends = true
			}
		}
		if len(all) != tt.sinks || sends != tt.sends {
			t.Errorf("%q %v: %d sinks, sends %t", tt.listen, tt.signals, len(all), sends)
		}
		if err := sink.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestReporterIsServed scrapes what OTLP has sent and lost, beside the families of the engine.
func TestReporterIsServed(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	s, served := setup("127.0.0.1:0", front.OTLP{Traces: true})
	sink, err := Front.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := sink.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	w, err := http.Get(served.url)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nshop_orders_total 3\n", "\nusdt_export_otlp_lost_total{signal=\"traces\"} 0\n",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%q is not in\n%s", want, body)
		}
	}
}

// TestErrors has a front that cannot open close what is open, and say why.
func TestErrors(t *testing.T) {
	s, _ := setup("127.0.0.1:-1", front.OTLP{Traces: true})
	if _, err := Front.Open(s); err == nil || !strings.Contains(err.Error(), "serve metrics") {
		t.Errorf("the error is %v", err)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon")
	if _, err := Front.Open(s); err == nil || !strings.Contains(err.Error(), "PROTOCOL") {
		t.Errorf("the error is %v", err)
	}
}
