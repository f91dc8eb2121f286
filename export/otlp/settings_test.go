package otlp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/export/front"
)

var everything = front.OTLP{Metrics: true, Traces: true, Logs: true}

// read reads settings from variables.
func read(variables map[string]string, wanted front.OTLP) (settings, error) {
	return readSettings(func(name string) string { return variables[name] }, wanted)
}

// TestWrong has wrong values one at a time. The error has the name of the variable and what to do.
func TestWrong(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const http = "http:// or https://"
	for _, c := range []struct{ name, value, remedy string }{
		{"OTEL_SDK_DISABLED", "yes", "true, false"},
		{"OTEL_CONFIG_FILE", "/etc/otel.yaml", "unset it"},
		{"OTEL_EXPERIMENTAL_CONFIG_FILE", "/etc/otel.yaml", "unset it"},
		{"OTEL_TRACES_EXPORTER", "console", "otlp, none"},
		{"OTEL_METRICS_EXPORTER", "prometheus", "otlp, none"},
		{"OTEL_LOGS_EXPORTER", "otlp,console", "otlp, none"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "grpc, http/protobuf"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "GRPC", "lower case"},
		{"OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http", "grpc, http/protobuf"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", http},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "10.0.0.1:4317", http},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http:/collector", http},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "unix:///run/otlp.sock", http},
		{"OTEL_EXPORTER_OTLP_HEADERS", "Bearer secret", "name=value"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "a key=secret", "name=value"},
		{"OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a=secret%zz", "name=value"},
		{"OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a=secret%0Ab: c", "name=value"},
		{"OTEL_EXPORTER_OTLP_HEADERS", " a=secret", "spaces"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip ", "spaces"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "whole number"},
		{"OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "-1", "whole number"},
		{"OTEL_EXPORTER_OTLP_INSECURE", "1", "true, false"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "none, gzip"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "Gzip", "lower case"},
		{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere", "can be read"},
		{"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", empty, "PEM"},
		{"OTEL_EXPORTER_OTLP_CLIENT_KEY", empty, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"},
		{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", empty, "OTEL_EXPORTER_OTLP_CLIENT_KEY"},
		{"OTEL_METRIC_EXPORT_INTERVAL", "0", "from 1"},
		{"OTEL_METRIC_EXPORT_TIMEOUT", "soon", "whole number"},
		{"OTEL_METRICS_EXEMPLAR_FILTER", "some", "trace_based"},
		{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta", "cumulativetodelta"},
		{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "LowMemory", "cumulativetodelta"},
		{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "x", "cumulative, delta"},
		{"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "native", "explicit_bucket"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "0", "from 1"},
		{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2049", "OTEL_BSP_MAX_QUEUE_SIZE"},
		{"OTEL_BSP_SCHEDULE_DELAY", "5s", "whole number"},
		{"OTEL_BSP_EXPORT_TIMEOUT", "0", "from 1"},
		{"OTEL_BLRP_MAX_QUEUE_SIZE", "99999999999", "whole number"},
		{"OTEL_BLRP_SCHEDULE_DELAY", "-1", "from 0"},
		{"OTEL_TRACES_SAMPLER", "sometimes", "traceidratio"},
		{"OTEL_TRACES_SAMPLER", "xray", "traceidratio"},
		{"OTEL_TRACES_SAMPLER_ARG", "10%", "from 0 to 1"},
		{"OTEL_TRACES_SAMPLER_ARG", "NaN", "from 0 to 1"},
		{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many", "whole number"},
		{"OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "many", "whole number"},
	} {
		_, err := read(map[string]string{c.name: c.value}, everything)
		switch {
		case err == nil:
			t.Errorf("%s=%s is no error", c.name, c.value)
		case !strings.Contains(err.Error(), c.name) || !strings.Contains(err.Error(), c.remedy):
			t.Errorf("%s=%s: the error is %q", c.name, c.value, err)
		case strings.Contains(err.Error(), "secret"):
			t.Errorf("%s=%s: the error shows what may be secret: %q", c.name, c.value, err)
		case strings.Contains(err.Error(), "\n"):
			t.Errorf("%s=%s: more than one error: %q", c.name, c.value, err)
		}
	}
}

// TestTLSDecided has an endpoint and …_INSECURE, of one signal or of all. What is to be sent by TLS
// must not go without.
func TestTLSDecided(t *testing.T) {
	for _, c := range []struct {
		endpoint, insecure string // of all signals
		ofTraces           string
		wrong              bool
	}{
		{"https://collector:4317", "true", "", true},
		{"http://collector:4317", "false", "", true},
		{"HTTPS://collector:4317", "TRUE", "", true},
		{"https://collector:4317", "", "true", true},
		{"https://collector:4317", "false", "", false},
		{"http://collector:4317", "true", "", false},
		{"", "true", "", false},
	} {
		_, err := read(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": c.endpoint,
			"OTEL_EXPORTER_OTLP_INSECURE": c.insecure, "OTEL_EXPORTER_OTLP_TRACES_INSECURE": c.ofTraces,
		}, everything)
		if c.wrong != (err != nil && strings.Contains(err.Error(), "unset it")) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestAllWrong has all that is wrong in one error, so that it is put right at once.
func TestAllWrong(t *testing.T) {
	_, err := read(map[string]string{"OTEL_BSP_MAX_QUEUE_SIZE": "0", "OTEL_SDK_DISABLED": "no",
		"OTEL_EXPORTER_OTLP_TIMEOUT": "x"}, everything)
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("the error is %q", err)
	}
}

// right are values that are not the usual ones.
var right = map[string]string{
	"OTEL_EXPORTER_OTLP_PROTOCOL":                              "grpc",
	"OTEL_EXPORTER_OTLP_LOGS_PROTOCOL":                         "http/protobuf",
	"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT":                         "https://logs.example/v1/logs",
	"OTEL_EXPORTER_OTLP_TRACES_INSECURE":                       "FALSE",
	"OTEL_EXPORTER_OTLP_HEADERS":                               "api-key=a%2Cb,x=",
	"OTEL_EXPORTER_OTLP_COMPRESSION":                           "gzip",
	"OTEL_EXPORTER_OTLP_TIMEOUT":                               "0",
	"OTEL_METRIC_EXPORT_INTERVAL":                              "15000",
	"OTEL_METRIC_EXPORT_TIMEOUT":                               "5000",
	"OTEL_METRICS_EXEMPLAR_FILTER":                             "always_on",
	"OTEL_BSP_MAX_QUEUE_SIZE":                                  "100",
	"OTEL_BSP_SCHEDULE_DELAY":                                  "0",
	"OTEL_BLRP_MAX_EXPORT_BATCH_SIZE":                          "7",
	"OTEL_BLRP_EXPORT_TIMEOUT":                                 "1",
	"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "BASE2_exponential_bucket_histogram",
	"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE":        "Cumulative",
}

func TestRight(t *testing.T) {
	s, err := read(right, everything)
	if err != nil {
		t.Fatal(err)
	}
	if want := (batching{100, 100, 0, 30 * time.Second}); s.spans != want {
		t.Errorf("spans: %+v", s.spans)
	}
	if want := (batching{2048, 7, time.Second, time.Millisecond}); s.records != want {
		t.Errorf("records: %+v", s.records)
	}
	if want := (rounds{15 * time.Second, 5 * time.Second, true, allExemplars}); s.metrics != want {
		t.Errorf("metrics: %+v", s.metrics)
	}
	for of, want := range map[signal]transport{metrics: {grpc: true, local: true},
		traces: {grpc: true}, logs: {}} {
		if s.transport[of] != want {
			t.Errorf("%s: %+v", of, s.transport[of])
		}
	}
}

// TestUsual has no variable set: then the specification's values hold.
func TestUsual(t *testing.T) {
	s, err := read(nil, everything)
	if err != nil {
		t.Fatal(err)
	}
	if want := (batching{2048, 512, 5 * time.Second, 30 * time.Second}); s.spans != want {
		t.Errorf("spans: %+v", s.spans)
	}
	if want := (rounds{time.Minute, 30 * time.Second, false, tracedExemplars}); s.metrics != want {
		t.Errorf("metrics: %+v", s.metrics)
	}
	if s.transport[traces] != (transport{local: true}) || s.sampler.root != nil {
		t.Errorf("traces: %+v, sampler %v", s.transport[traces], s.sampler)
	}
}

// TestSends has the configuration and the environment agree on what is sent.
func TestSends(t *testing.T) {
	for _, c := range []struct {
		variables map[string]string
		wanted    front.OTLP
		want      []signal
	}{
		{nil, everything, []signal{metrics, traces, logs}},
		{nil, front.OTLP{Logs: true}, []signal{logs}},
		{map[string]string{"OTEL_TRACES_EXPORTER": "none"}, everything, []signal{metrics, logs}},
		{map[string]string{"OTEL_SDK_DISABLED": "True"}, everything, nil},
		// What is not sent may be wrong: the variables are for other programs, too.
		{map[string]string{"OTEL_BSP_MAX_QUEUE_SIZE": "x"}, front.OTLP{Logs: true}, []signal{logs}},
		{map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "x"}, front.OTLP{}, nil},
	} {
		s, err := read(c.variables, c.wanted)
		if err != nil {
			t.Errorf("%v, %+v: %v", c.variables, c.wanted, err)
		}
		for _, of := range []signal{metrics, traces, logs} {
			if s.sends[of] != slices.Contains(c.want, of) {
				t.Errorf("%v, %+v: %s are sent: %v", c.variables, c.wanted, of, s.sends[of])
			}
		}
	}
}
