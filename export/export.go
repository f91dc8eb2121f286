// Package export has the ways in which usdt export hands out what it reads: Prometheus scrapes it,
// or it is sent by OTLP.
package export

import (
	"github.com/go-usdt/usdt/export/prom"
	"github.com/go-usdt/usdt/internal/export/front"
)

// Front serves and sends as the configuration says.
var Front front.Front = prom.Front{}
