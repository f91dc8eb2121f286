package otlp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/go-usdt/usdt/internal/export/front"
)

// certify writes a certificate that signs itself, and its key.
func certify(t *testing.T, name string, address string) (certificate, key string) {
	t.Helper()
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.ParseIP(host)},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(ending, kind string, content []byte) string {
		path := filepath.Join(t.TempDir(), name+ending)
		block := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
		if err := os.WriteFile(path, block, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write(".crt", "CERTIFICATE", der), write(".key", "PRIVATE KEY", keyDER)
}

// TestTLS sends to a receiver that shows a certificate and wants one, with the right ones, with
// those of others, and with none.
func TestTLS(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			certificate, key := certify(t, "receiver", r.address)
			clientCertificate, clientKey := certify(t, "exporter", r.address)
			r.settings = map[string]any{"tls": map[string]any{
				"cert_file": certificate, "key_file": key, "client_ca_file": clientCertificate}}
			r.start(t)
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://"+r.address)
			send := func(t *testing.T, ca, certificate, key string) (sent, failed int) {
				t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", ca)
				t.Setenv("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", certificate)
				t.Setenv("OTEL_EXPORTER_OTLP_CLIENT_KEY", key)
				s := open(t, everything)
				s.Span(front.Span{Name: "order"})
				s.Record(front.Record{Event: "order"})
				s.close(t)
				for _, signal := range []string{"traces", "logs", "metrics"} {
					a, b, _ := s.counts(t, signal)
					sent, failed = sent+a, failed+b
				}
				return sent, failed
			}
			const all = 1 + 1 + 9 // a span, a record, and points
			if sent, failed := send(t, certificate, clientCertificate, clientKey); sent != all {
				t.Errorf("with the right certificates: %d sent, %d failed", sent, failed)
			}
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "500") // gRPC tries again
			if sent, failed := send(t, clientCertificate, clientCertificate, clientKey); failed != all {
				t.Errorf("with another authority: %d sent, %d failed", sent, failed)
			}
			if sent, failed := send(t, certificate, "", ""); failed != all {
				t.Errorf("without a certificate: %d sent, %d failed", sent, failed)
			}
		})
	}
}

// A listening consumer keeps a header of requests.
type listening struct {
	consumer.Traces
	name string
	got  atomic.Pointer[[]string]
}

func (l *listening) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	values := client.FromContext(ctx).Metadata.Get(l.name)
	l.got.Store(&values)
	return l.Traces.ConsumeTraces(ctx, td)
}

// TestHeaders has a variable of one signal win over that of all.
func TestHeaders(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			l := &listening{Traces: &r.traces, name: "authorization"}
			r.next = l
			r.start(t)
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=nobody")
			t.Setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=Bearer%20a%2Cb, x-y=z")
			s := open(t, front.OTLP{Traces: true})
			s.Span(front.Span{Name: "order"})
			s.close(t)
			if got := l.got.Load(); got == nil || !slices.Equal(*got, []string{"Bearer a,b"}) {
				t.Errorf("the receiver has had %v", got)
			}
		})
	}
}

// TestProtocols sends each signal by a protocol of its own.
func TestProtocols(t *testing.T) {
	http := newReceiver(t, "http/protobuf")
	http.start(t)
	grpc := newReceiver(t, "grpc")
	grpc.start(t)
	t.Setenv("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/protobuf")
	t.Setenv("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://"+http.address+"/v1/logs")
	s := open(t, everything)
	s.Span(front.Span{Name: "order"})
	s.Record(front.Record{Event: "order"})
	s.close(t)
	if n := http.logs.LogRecordCount(); n != 1 || http.traces.SpanCount() != 0 {
		t.Errorf("%d records and %d spans have come by HTTP", n, http.traces.SpanCount())
	}
	if n := grpc.traces.SpanCount(); n != 1 || grpc.logs.LogRecordCount() != 0 {
		t.Errorf("%d spans and %d records have come by gRPC", n, grpc.logs.LogRecordCount())
	}
}
