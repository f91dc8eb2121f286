package command

import (
	"log/slog"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// limitRights gives up all rights but those of a service, once the exporter listens. It keeps
// these: processes that come later, and other configurations, take the same.
func limitRights(log *slog.Logger) {
	if err := rights.Limit(rights.Serve(kernel.Running().Features.Multi)); err != nil {
		log.Warn("keeping rights that are not needed", "error", err)
	}
}
