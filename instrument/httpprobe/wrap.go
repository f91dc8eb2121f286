package httpprobe

import (
	"io"
	"net/http"
)

// The bits of an index into wrappers.
const (
	canFlush = 1 << iota
	canHijack
	canReadFrom
	canPush
	canCloseNotify
	combinations
)

// abilities returns which optional interfaces a ResponseWriter has.
func abilities(w http.ResponseWriter) (bits int) {
	_, flushes := w.(http.Flusher)
	_, hijacks := w.(http.Hijacker)
	_, readsFrom := w.(io.ReaderFrom)
	_, pushes := w.(http.Pusher)
	//lint:ignore SA1019 handlers that still ask for it must find it
	_, closeNotifies := w.(http.CloseNotifier)
	for bit, has := range []bool{flushes, hijacks, readsFrom, pushes, closeNotifies} {
		if has {
			bits |= 1 << bit
		}
	}
	return bits
}

// wrap returns a ResponseWriter with the abilities of that in r.
func wrap(r *response) http.ResponseWriter {
	return wrappers[abilities(r.ResponseWriter)](r)
}
