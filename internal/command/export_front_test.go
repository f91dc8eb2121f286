//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-usdt/usdt/internal/export/front"
)

// textFront writes all families, again and again, as lines into the file served, and spans and
// records into the file events.
type textFront struct{}

// textSink is what it opens.
type textSink struct {
	setup front.Setup
	end   context.CancelFunc
	ended chan struct{}

	mu     sync.Mutex
	events []byte
}

func (textFront) Open(s front.Setup) (front.Sink, error) {
	ctx, cancel := context.WithCancel(context.Background())
	sink := &textSink{setup: s, end: cancel, ended: make(chan struct{})}
	if strings.HasPrefix(s.Listen, "192.0.2.") { // for documentation, says RFC 5737
		cancel()
		return nil, fmt.Errorf("cannot listen to %s", s.Listen)
	}
	go sink.serve(ctx)
	return sink, nil
}

// serve writes until it ends, and then once more.
func (s *textSink) serve(ctx context.Context) {
	defer close(s.ended)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for isLast := false; !isLast; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			isLast = true
		}
		families, err := s.setup.Collect(context.Background())
		var out bytes.Buffer
		fmt.Fprintf(&out, "ready: %v, error: %v\nlinks: %d\n", s.setup.Ready(), err, links())
		for _, f := range families {
			writeFamily(&out, f)
		}
		replaceFile("served", out.Bytes())
		s.mu.Lock()
		replaceFile("events", s.events)
		s.mu.Unlock()
	}
}

// mainOfTest is usdt. A script can say how long files stay attached that no process has any more.
func mainOfTest() {
	if d, err := time.ParseDuration(os.Getenv("KEEP_UNUSED")); err == nil {
		keepUnused = d
	}
	Main("", textFront{})
}

// links returns how many links of BPF programs this process has open.
func links() (n int) {
	all, _ := filepath.Glob("/proc/self/fd/*") // the pattern is valid
	for _, path := range all {
		if to, err := os.Readlink(path); err == nil && isLink.MatchString(to) {
			n++
		}
	}
	return n
}

var isLink = regexp.MustCompile(`^anon_inode:\[?bpf[-_]link\]?$`)

// replaceFile replaces a file at once: who reads it sees all or nothing.
func replaceFile(path string, content []byte) {
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		panic(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		panic(err)
	}
}

// writeFamily writes a line for the family, and one for each point.
func writeFamily(out *bytes.Buffer, f front.Family) {
	kind := []string{"counter", "gauge", "histogram"}[f.Kind]
	fmt.Fprintf(out, "# %s %s unit=%q help=%q\n", f.Name, kind, f.Unit, f.Help)
	for _, p := range f.Points {
		var labels []string
		for i, name := range f.Labels {
			labels = append(labels, fmt.Sprintf("%s=%q", name, p.Labels[i]))
		}
		fmt.Fprintf(out, "%s{%s} ", f.Name, strings.Join(labels, ","))
		if f.Kind == front.Histogram {
			writeHistogram(out, p.HistogramValue)
		} else {
			fmt.Fprintf(out, "%v", p.Value)
		}
		fmt.Fprintf(out, " %s", attributesText(p.Resource.Attributes))
		if e := p.Exemplar; e != nil {
			fmt.Fprintf(out, " exemplar=%s/%s", e.TraceID, e.SpanID)
		}
		out.WriteByte('\n')
	}
}

func writeHistogram(out *bytes.Buffer, h *front.HistogramValue) {
	fmt.Fprintf(out, "count=%d sum=%v classic=", h.Count, h.Sum)
	for i, n := range h.Counts {
		if i < len(h.Bounds) {
			fmt.Fprintf(out, "%v:%d,", h.Bounds[i], n)
		} else {
			fmt.Fprintf(out, "inf:%d", n)
		}
	}
	if h.Native == nil {
		return
	}
	fmt.Fprintf(out, " native=%d:", h.Native.Zero)
	for _, i := range slices.Sorted(maps.Keys(h.Native.Positive)) {
		fmt.Fprintf(out, "%d:%d,", i, h.Native.Positive[i])
	}
}

func attributesText(all []front.Attribute) string {
	var texts []string
	for _, a := range all {
		if a.Key != "host.name" {
			texts = append(texts, fmt.Sprintf("%s=%v", a.Key, a.Value))
		}
	}
	return "[" + strings.Join(texts, " ") + "]"
}

func (s *textSink) Span(span front.Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = fmt.Appendf(s.events, "span %s %v trace=%s parent=%s %s %s\n", span.Name,
		span.End.Sub(span.Start), span.TraceID, span.ParentID, attributesText(span.Attributes),
		attributesText(span.Resource.Attributes))
}

func (s *textSink) Record(r front.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = fmt.Appendf(s.events, "record %s %s %q trace=%s span=%s %s %s\n", r.Event, r.Severity,
		r.Body, r.TraceID, r.SpanID, attributesText(r.Attributes),
		attributesText(r.Resource.Attributes))
}

func (s *textSink) Close(context.Context) error {
	s.end()
	<-s.ended
	return nil
}
