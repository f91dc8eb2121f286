package command

import (
	"log/slog"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// limitRights gives up all rights but those of a service, once the exporter listens. It keeps
// these: processes that come later, and other configurations, take the same. If they are not
// enough, the log says so at once, and not only with the first process.
func limitRights(log *slog.Logger) {
	multi := kernel.Running().Features.Multi
	if err := rights.Limit(rights.Serve(multi)); err != nil {
		log.Warn("keeping rights that are not needed", "error", err)
	}
	if rights.MayAttach(multi) {
		return
	}
	remedy := rights.ToAttach(multi)
	if !multi {
		remedy += "; usdt-export-before-6.6.conf gives it to the service of systemd"
	}
	log.Warn("nothing can be traced", "remedy", remedy)
}
