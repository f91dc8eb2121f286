package prom

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/go-usdt/usdt/internal/export/front"
)

const (
	// longestScrape bounds reading the totals, if the client is more patient than that.
	longestScrape = 30 * time.Second
	// maxScrapes are answered at a time: two Prometheus servers, and a person who looks.
	maxScrapes = 4
)

// A scraper answers scrapes.
type scraper struct {
	collect func(context.Context) ([]front.Family, error)
	own     *prometheus.Registry // about this program
	places  chan struct{}        // has an element for each scrape that reads totals
	log     *told
}

func newScraper(s front.Setup) http.Handler {
	own := prometheus.NewRegistry()
	own.MustRegister(collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.InstrumentMetricHandler(own, &scraper{
		collect: s.Collect,
		own:     own,
		places:  make(chan struct{}, maxScrapes),
		log:     &told{log: s.Log},
	})
}

// ServeHTTP reads the totals of now and writes them in the format that the client prefers.
func (s *scraper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), patience(r))
	defer cancel()
	families, err := s.read(ctx)
	if err != nil {
		s.log.error("a scrape failed", err)
		http.Error(w, "read totals: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	// A registry of its own for each scrape leaves nothing of families that are no more.
	all := prometheus.NewRegistry()
	all.MustRegister(inOrder{s.own, collector(families)})
	promhttp.HandlerFor(all, promhttp.HandlerOpts{
		EnableOpenMetrics: true,
		ErrorLog:          s.log,
		ErrorHandling:     promhttp.ContinueOnError, // one wrong family does not take the others along
		Registry:          s.own,
	}).ServeHTTP(w, r)
}

// read reads the totals. It does not wait longer than the context lasts, even if that is what
// reading them does; but such a scrape keeps its place until the totals have been read.
func (s *scraper) read(ctx context.Context) ([]front.Family, error) {
	select {
	case s.places <- struct{}{}:
	default:
		return nil, errors.New("too many scrapes at a time; scrape less often, or from fewer servers")
	}
	type result struct {
		families []front.Family
		err      error
	}
	done := make(chan result, 1)
	go func() {
		families, err := s.collect(ctx)
		<-s.places
		done <- result{families, err}
	}()
	select {
	case r := <-done:
		return r.families, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// patience returns how long the client waits, which Prometheus says, or else longestScrape. It
// leaves the client some of that time for the transfer.
func patience(r *http.Request) time.Duration {
	const forTransfer = 0.1
	header := r.Header.Get("X-Prometheus-Scrape-Timeout-Seconds")
	seconds, err := strconv.ParseFloat(header, 64)
	if err != nil || !(seconds > 0) || seconds > longestScrape.Seconds() {
		return longestScrape
	}
	return time.Duration(seconds * (1 - forTransfer) * float64(time.Second))
}

// inOrder are collectors of which the first has a name that another one has, too. The registry
// itself would ask both at a time; and prometheus.Gatherers would lose units.
type inOrder []prometheus.Collector

// Describe describes nothing, as for a collector.
func (inOrder) Describe(chan<- *prometheus.Desc) {}

func (c inOrder) Collect(ch chan<- prometheus.Metric) {
	for _, one := range c {
		one.Collect(ch)
	}
}
