// Package otlp holds what the exporter sends against the receiver of the OpenTelemetry Collector.
package otlp
