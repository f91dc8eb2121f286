package otlp

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"go.opentelemetry.io/otel"

	"github.com/go-usdt/usdt/internal/export/front"
)

func setup(wanted front.OTLP) front.Setup {
	return front.Setup{Version: "v1.2.3", OTLP: wanted, Log: slog.New(slog.DiscardHandler),
		Collect: func(context.Context) ([]front.Family, error) { return nil, nil }}
}

// TestOpenWrong has Open itself find what is wrong in the environment of the process.
func TestOpenWrong(t *testing.T) {
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "collector",
		"OTEL_RESOURCE_ATTRIBUTES":    "deployment",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			if _, err := Open(setup(everything)); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// TestSDKAgrees has the SDK read the values that are right here. It would tell of those that it
// passes over.
func TestSDKAgrees(t *testing.T) {
	for name, value := range right {
		t.Setenv(name, value)
	}
	tells := func(_, text string) { t.Errorf("the SDK says: %s", text) }
	otel.SetLogger(funcr.New(tells, funcr.Options{Verbosity: 1})) // errors and warnings
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { tells("", err.Error()) }))
	s, err := Open(setup(everything))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // there is nothing to send, and nobody to send it to
	_ = s.Close(ctx)
	s.(*sink).queues.Wait()
	s.(*sink).totals.Wait()
	otel.SetLogger(logr.Discard())
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
}

// TestDisabled has the environment turn everything off: then a sink takes all and sends nothing,
// unless that would leave nobody to trace for.
func TestDisabled(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	of := setup(everything)
	if _, err := Open(of); !errors.Is(err, errNobody) {
		t.Errorf("the error is %v, want %v", err, errNobody)
	}
	of.Listen = "127.0.0.1:0" // another front serves
	s, err := Open(of)
	if err != nil {
		t.Fatal(err)
	}
	s.Span(front.Span{})
	s.Record(front.Record{})
	if families := s.(Reporter).Families(); len(families) != 0 {
		t.Errorf("it has metrics about itself: %v", families)
	}
	for range 2 {
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
