package otlp

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-usdt/usdt/internal/export/front"
)

// scopeName names what has made the telemetry, as OpenTelemetry asks of it.
const scopeName = "github.com/go-usdt/usdt/export"

func scope(version string) instrumentation.Scope {
	return instrumentation.Scope{Name: scopeName, Version: version}
}

// resources makes the SDK's resources. One worker uses each.
type resources struct {
	// environment has what OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say of everything, and else
	// the exporter's name. What is known of a process comes before it.
	environment *resource.Resource
	// own is that of the exporter, and of what is of no process.
	own *resource.Resource
	// made has those of one batch. It does not outlive that: processes come and go.
	made map[*front.Resource]*resource.Resource
}

func newResources(ctx context.Context, version string) (r resources, err error) {
	name := resource.WithAttributes(attribute.String("service.name", "usdt"))
	if r.environment, err = resource.New(ctx, name, resource.WithFromEnv()); err != nil {
		return r, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: give it key=value pairs with commas: %w", err)
	}
	r.own, err = resource.New(ctx, resource.WithHost(), resource.WithTelemetrySDK(), name,
		resource.WithAttributes(attribute.String("service.version", version)),
		resource.WithFromEnv())
	if err != nil {
		return r, fmt.Errorf("describe this host: %w", err)
	}
	return r, nil
}

func (r resources) copy() resources {
	r.made = make(map[*front.Resource]*resource.Resource)
	return r
}

// forget begins a new batch.
func (r resources) forget() { clear(r.made) }

func (r resources) of(f *front.Resource) *resource.Resource {
	if f == nil {
		return r.own
	}
	made, ok := r.made[f]
	if !ok {
		known := resource.NewSchemaless(attributes(f.Attributes)...)
		// The only error is of two schemas, and one has none.
		made, _ = resource.Merge(r.environment, known)
		r.made[f] = made
	}
	return made
}
