package command

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/export/config"
)

// catchExportSignals makes the context of cmd end on SIGINT and SIGTERM, once: a second one ends
// the process at once. SIGHUP is passed on.
func catchExportSignals(cmd *cobra.Command) (hangups <-chan os.Signal, release func()) {
	ctx, cancel := context.WithCancelCause(cmd.Context())
	cmd.SetContext(ctx)
	ends, again := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGHUP)
	signal.Notify(ends, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		select {
		case <-ends:
			cancel(errInterrupted)
			time.AfterFunc(signalGrace, func() { signal.Stop(ends) })
		case <-ctx.Done():
		}
	}()
	return again, func() { cancel(nil) }
}

// pollInterval is how often usdt looks whether the configuration has changed. A file in a ConfigMap
// changes by a link to a directory, of which inotify tells nothing.
const pollInterval = time.Second

// reload reads the configuration again when it changes, and on SIGHUP. A file system that does not
// answer holds up only this goroutine.
func (f *exportFlags) reload(ctx context.Context, e *exporter, hangups <-chan os.Signal) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
		case <-tick.C:
			if !f.state.isDue(stateOf(f.config)) {
				continue
			}
		}
		f.state.read = stateOf(f.config)
		c, err := config.Read(f.config)
		switch {
		case stateOf(f.config) != f.state.read: // this may be half of it
		case err != nil:
			e.refuse(err)
		default:
			e.do(ctx, func() { f.replace(e, c) })
		}
	}
}

// A configState knows two states of a configuration: when it was read last, just before, and when
// it was looked at last.
type configState struct{ read, seen string }

// isDue tells whether the configuration is to be read, whose state is now that. One that changes
// still is not: half of it could be a configuration, too, and metrics would be lost.
func (s *configState) isDue(now string) bool {
	isSettled := now == s.seen
	s.seen = now
	return isSettled && now != s.read
}

// stateOf returns what changes when a file does.
func stateOf(path string) string {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return err.Error()
	}
	return fmt.Sprint(st.Dev, st.Ino, st.Size, st.Mtim, st.Ctim)
}

// refuse tells what is wrong with a configuration.
func (e *exporter) refuse(err error) {
	e.refused.Add(1)
	for line := range strings.SplitSeq(err.Error(), "\n") {
		e.log.Error("the configuration is refused; the one before goes on", "why", line)
	}
}

// replace takes a configuration over.
func (f *exportFlags) replace(e *exporter, c *config.Config) {
	before := e.config
	err := f.override(c)
	if err == nil {
		err = e.apply(c)
	}
	if err != nil {
		e.refuse(err)
		return
	}
	e.reloads.Add(1)
	e.log.Info("the configuration is taken over", "metrics", len(c.Metrics),
		"spans", len(c.Spans), "logs", len(c.Logs))
	if c.Listen != before.Listen || c.Pprof != before.Pprof || c.OTLP != before.OTLP {
		e.log.Warn("listen, pprof and otlp have changed: start usdt export again to have that")
	}
}
