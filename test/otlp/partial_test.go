package otlp

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"

	"github.com/go-usdt/usdt/internal/export/front"
)

// The servers here take all but two of each request.
type (
	partialTraces struct {
		ptraceotlp.UnimplementedGRPCServer
	}
	partialMetrics struct {
		pmetricotlp.UnimplementedGRPCServer
	}
	partialLogs struct {
		plogotlp.UnimplementedGRPCServer
	}
)

const (
	refused = 2
	reason  = "too old"
)

func (partialTraces) Export(context.Context,
	ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	r := ptraceotlp.NewExportResponse()
	r.PartialSuccess().SetRejectedSpans(refused)
	r.PartialSuccess().SetErrorMessage(reason)
	return r, nil
}

func (partialMetrics) Export(context.Context,
	pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	r := pmetricotlp.NewExportResponse()
	r.PartialSuccess().SetRejectedDataPoints(refused)
	r.PartialSuccess().SetErrorMessage(reason)
	return r, nil
}

func (partialLogs) Export(context.Context,
	plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	r := plogotlp.NewExportResponse()
	r.PartialSuccess().SetRejectedLogRecords(refused)
	r.PartialSuccess().SetErrorMessage(reason)
	return r, nil
}

func TestPartialSuccess(t *testing.T) {
	servers := map[string]func(testing.TB, net.Listener){
		"grpc": servePartialGRPC, "http/protobuf": servePartialHTTP,
	}
	for protocol, serve := range servers {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			listener, err := net.Listen("tcp", r.address)
			if err != nil {
				t.Fatal(err)
			}
			serve(t, listener)
			s := open(t, everything)
			for range 5 {
				s.Span(front.Span{Name: "order"})
				s.Record(front.Record{Event: "order"})
			}
			s.close(t)
			for signal, sent := range map[string]int{"traces": 5, "logs": 5, "metrics": 9} {
				got, failed, lost := s.counts(t, signal)
				if got != sent-refused || failed != refused || lost != 0 {
					t.Errorf("%s: %d sent, %d failed, %d lost", signal, got, failed, lost)
				}
			}
			if log := s.log.String(); strings.Count(log, reason) != 3 {
				t.Errorf("the log has:\n%s", log)
			}
		})
	}
}

func servePartialGRPC(t testing.TB, listener net.Listener) {
	server := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(server, new(partialTraces))
	pmetricotlp.RegisterGRPCServer(server, new(partialMetrics))
	plogotlp.RegisterGRPCServer(server, new(partialLogs))
	go server.Serve(listener)
	t.Cleanup(server.Stop)
}

func servePartialHTTP(t testing.TB, listener net.Listener) {
	mux := http.NewServeMux()
	answer := func(path string, marshal func() ([]byte, error)) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			body, err := marshal()
			if err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", "application/x-protobuf")
			_, _ = w.Write(body)
		})
	}
	ctx := context.Background()
	spans, _ := partialTraces{}.Export(ctx, ptraceotlp.ExportRequest{})
	points, _ := partialMetrics{}.Export(ctx, pmetricotlp.ExportRequest{})
	records, _ := partialLogs{}.Export(ctx, plogotlp.ExportRequest{})
	answer("/v1/traces", spans.MarshalProto)
	answer("/v1/metrics", points.MarshalProto)
	answer("/v1/logs", records.MarshalProto)
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
}
