package prom

import (
	"fmt"
	"html/template"
	"log"
	"log/slog"
	"net/http"
	"net/http/pprof"

	"github.com/go-usdt/usdt/internal/export/front"
)

// routes returns all that is served.
func routes(s front.Setup) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", newScraper(s))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "healthy")
	})
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if err := s.Ready(); err != nil {
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		_ = start.Execute(w, s) // the client has gone
	})
	if s.Profiles {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// start is the page for people who open the address.
var start = template.Must(template.New("start").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>usdt export</title>
<h1>usdt export{{with .Version}} {{.}}{{end}}</h1>
<ul>
<li><a href="metrics">metrics</a>, for Prometheus
<li><a href="-/healthy">healthy</a>: this program runs
<li><a href="-/ready">ready</a>: what was found at the start is traced
{{if .Profiles}}<li><a href="debug/pprof/">profiles</a> of this program
{{end}}</ul>
</html>
`))

// slogLogger returns a logger for packages that want one of package log.
func slogLogger(l *slog.Logger) *log.Logger {
	return slog.NewLogLogger(l.Handler(), slog.LevelWarn)
}
