package otlp

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"github.com/go-usdt/usdt/internal/export/front"
)

// TestServiceName has everything come from a service: from the process, if it is of one, and else
// from the exporter, as which the environment can give another name.
func TestServiceName(t *testing.T) {
	shop := &front.Resource{Attributes: []front.Attribute{{Key: "service.name", Value: "shop"}}}
	ofNode := &front.Resource{Attributes: []front.Attribute{{Key: "host.name", Value: "node"}}}
	for _, c := range []struct {
		environment string
		of          *front.Resource
		want        string
	}{
		{"", nil, "usdt"},
		{"", ofNode, "usdt"},
		{"", shop, "shop"},
		{"probes", nil, "probes"},
		{"probes", ofNode, "probes"},
		{"probes", shop, "shop"},
	} {
		t.Setenv("OTEL_SERVICE_NAME", c.environment)
		r, err := newResources(t.Context(), "v0.1.0")
		if err != nil {
			t.Fatal(err)
		}
		r = r.copy()
		name, _ := r.of(c.of).Set().Value(attribute.Key("service.name"))
		if name.AsString() != c.want {
			t.Errorf("OTEL_SERVICE_NAME=%s, of %v: %q, want %q", c.environment, c.of, name.AsString(),
				c.want)
		}
	}
}
