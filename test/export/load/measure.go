//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// A result is what a load has cost.
type result struct {
	load
	ready           time.Duration // from the exporter's start until all was traced
	untraced, fires float64       // processors of the processes that fire
	exporter        float64       // processors of the exporter
	rate            float64       // fires a second that there were
	memory, maps    float64       // MiB, at the end
	scrapes         []time.Duration
	bytes           int // of the last scrape
	fired           int
	hits, values    int // that the counters and the histograms have counted
}

// measure runs the load untraced, and then traced.
func measure(l load, usdt, config string, duration time.Duration) (r result, err error) {
	n := new(node)
	defer func() {
		n.end()
		if f, ok := recover().(failure); ok {
			err = f
		}
	}()
	exe, err := os.Executable()
	if err != nil {
		return r, err
	}
	if err := os.WriteFile(config, []byte(configuration(l, exe)), 0o600); err != nil {
		return r, err
	}
	r.load = l
	n.startFirers(l)
	before := cpu(n.firers...)
	n.fireFor(l.rate, func() { time.Sleep(duration / 4) })
	r.untraced = (cpu(n.firers...) - before).Seconds() / (duration / 4).Seconds()
	r.ready = n.startExporter(usdt, config)
	r.traced(n, duration)
	return r, r.count(n)
}

// traced measures while the exporter traces and is scraped.
func (r *result) traced(n *node, duration time.Duration) {
	fires, exporter := cpu(n.firers...), cpu(n.exporter)
	begin := time.Now()
	var took time.Duration
	r.fired = n.fireFor(r.load.rate, func() {
		for time.Since(begin) < duration {
			next := time.Now().Add(time.Second)
			if _, body, err := get(n.url + "metrics"); err == nil {
				r.scrapes = append(r.scrapes, time.Since(next.Add(-time.Second)))
				r.bytes = len(body)
			}
			time.Sleep(time.Until(next))
		}
		took = time.Since(begin)
	})
	r.fires = (cpu(n.firers...) - fires).Seconds() / took.Seconds()
	r.exporter = (cpu(n.exporter) - exporter).Seconds() / took.Seconds()
	r.rate = float64(r.fired) / took.Seconds()
	r.memory, r.maps = memory(n.exporter.PID())
	slices.Sort(r.scrapes)
}

var (
	hitsOf   = regexp.MustCompile(`(?m)^load_hits_\d_total\{.*\} (\S+)`)
	valuesOf = regexp.MustCompile(`(?m)^load_values_\d_count\{.*\} (\S+)`)
)

// count reads what was counted.
func (r *result) count(n *node) error {
	status, body, err := get(n.url + "metrics")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %.200s", status, body)
	}
	if err != nil {
		return fmt.Errorf("the last scrape: %w", err)
	}
	r.hits, r.values = sum(hitsOf, body), sum(valuesOf, body)
	return nil
}

func sum(of *regexp.Regexp, text []byte) (all int) {
	for _, m := range of.FindAllSubmatch(text, -1) {
		value, _ := strconv.ParseFloat(string(m[1]), 64)
		all += int(value)
	}
	return all
}

func get(url string) (status int, body []byte, err error) {
	w, err := http.Get(url)
	if err != nil {
		return 0, nil, err
	}
	defer w.Body.Close()
	body, err = io.ReadAll(w.Body)
	return w.StatusCode, body, err
}

func printHeader(w io.Writer) {
	fmt.Fprintln(w, "| load | processes | probes | fires/s | series | all traced after | "+
		"processors of the services, untraced | traced | of the exporter | its memory | BPF maps | "+
		"scrape, median | slowest | size | counted of fired |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
}

func (r *result) print(w io.Writer) {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.0f ms", d.Seconds()*1e3) }
	fmt.Fprintf(w, "| %s | %d | %d | %.0f | %d | %.1f s | %.2f | %.2f | %.3f | %.0f MiB | %.0f MiB "+
		"| %s | %s | %d KiB | %s |\n",
		r.name, r.processes, r.processes*r.probes, r.rate, 2*groups*r.series, r.ready.Seconds(),
		r.untraced, r.fires, r.exporter, r.memory, r.maps,
		ms(r.scrapes[len(r.scrapes)/2]), ms(r.scrapes[len(r.scrapes)-1]), r.bytes>>10, r.counted())
}

// counted returns the share of fires that both kinds of metrics have.
func (r *result) counted() string {
	if r.hits == r.fired && r.values == r.fired {
		return fmt.Sprintf("all %d", r.fired)
	}
	return fmt.Sprintf("%d and %d of %d", r.hits, r.values, r.fired)
}
