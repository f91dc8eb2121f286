//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"context"
	"io"
	"log/slog"
	"runtime/trace"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Names of other ways to keep events, which the expectations look for.
const (
	logJSON  = "slog JSON to io.Discard"
	sendChan = "channel send, with time.Now"
	append1  = "append under a mutex, with time.Now"
	logGo    = "runtime/trace.Log"
)

// record is what a program that does without probes keeps of an event.
type record struct {
	time time.Time
	a, b int64
}

// otherWays are ways to keep two integers with the time.
func otherWays() []path {
	ctx := context.Background()
	logger := slog.New(slog.NewJSONHandler(io.Discard, nil))
	var mu sync.Mutex
	records := make([]record, 0, burst)
	return []path{
		{append1, ints, func(n int64) {
			records = records[:0]
			for i := range n {
				mu.Lock()
				records = append(records, record{time.Now(), i, i})
				mu.Unlock()
			}
		}, "", "", batch},
		{sendChan, ints, send, "", "", burst},
		{logJSON, ints, func(n int64) {
			for i := range n {
				logger.LogAttrs(ctx, slog.LevelInfo, "ints", slog.Int64("a", i), slog.Int64("b", i))
			}
		}, "", "", batch},
	}
}

// send sends to a goroutine that only receives.
func send(n int64) {
	records, done := make(chan record, 1024), make(chan struct{})
	go func() {
		defer close(done)
		for range records {
		}
	}()
	for i := range n {
		records <- record{time.Now(), i, i}
	}
	close(records)
	<-done
}

// logs are ways to write to Go's execution trace, which takes texts only.
func logs() []path {
	ctx := context.Background()
	return []path{
		{logGo, "2 integers, as text", func(n int64) {
			for i := range n {
				var text [42]byte
				s := append(strconv.AppendInt(text[:0], i, 10), ' ')
				trace.Log(ctx, "ints", string(strconv.AppendInt(s, i, 10)))
			}
		}, "", "", batch},
		{logGo, "string", func(n int64) {
			s := customer
			for range n {
				trace.Log(ctx, "text", s)
			}
		}, "", "", batch},
	}
}

// whileTraced runs the path while Go's execution trace is written.
func whileTraced(p path, b *testing.B) error {
	if err := trace.Start(io.Discard); err != nil {
		return err
	}
	defer trace.Stop()
	run(p, b)
	return nil
}

// whileRecorded runs the path while Go's execution trace is kept in memory.
func whileRecorded(p path, b *testing.B) error {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	if err := recorder.Start(); err != nil {
		return err
	}
	defer recorder.Stop()
	run(p, b)
	return nil
}
