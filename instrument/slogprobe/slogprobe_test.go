package slogprobe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/slogtest"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// TestNext: the other handler behaves as it does alone, traced or not.
func TestNext(t *testing.T) {
	for _, traced := range []bool{false, true} {
		t.Run(fmt.Sprintf("traced=%v", traced), func(t *testing.T) {
			if traced {
				stapsdttest.Record(t, record)
			}
			var out bytes.Buffer
			slogtest.Run(t, func(*testing.T) slog.Handler {
				out.Reset()
				return New(slog.NewJSONHandler(&out, nil))
			}, func(t *testing.T) map[string]any {
				var fields map[string]any
				if err := json.Unmarshal(out.Bytes(), &fields); err != nil {
					t.Fatal(err)
				}
				return fields
			})
		})
	}
}

// TestProbe: what the probe fires is what a handler has to write.
func TestProbe(t *testing.T) {
	var r *stapsdttest.Recorder
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		r = stapsdttest.Record(t, record)
		return New(slog.DiscardHandler)
	}, func(t *testing.T) map[string]any {
		events := r.Events()
		if len(events) != 1 {
			t.Fatalf("fired %v, want one event", events)
		}
		args := events[0].Args
		fields := map[string]any{slog.LevelKey: args[0], slog.MessageKey: args[1]}
		if !strings.HasSuffix(t.Name(), "zero-time") {
			fields[slog.TimeKey] = r.Raw()[0].Time // tracers have a time of their own
		}
		for _, field := range strings.Fields(args[2].(string)) { // no value there has spaces
			path, value, _ := strings.Cut(field, "=")
			put(fields, strings.Split(path, "."), value)
		}
		return fields
	})
}

// put sets a value in maps in maps.
func put(fields map[string]any, path []string, value string) {
	for ; len(path) > 1; path = path[1:] {
		inner, ok := fields[path[0]].(map[string]any)
		if !ok {
			inner = make(map[string]any)
			fields[path[0]] = inner
		}
		fields = inner
	}
	fields[path[0]] = value
}

// TestLevels: while the probe is traced, all levels reach it; the other handler gets its own.
func TestLevels(t *testing.T) {
	var out bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: withoutTime}
	log := slog.New(New(slog.NewTextHandler(&out, options)))
	if log.Enabled(t.Context(), slog.LevelInfo) {
		t.Error("enabled although nobody traces")
	}
	log.Info("untraced")
	r := stapsdttest.Record(t, record)
	if !log.Enabled(t.Context(), slog.LevelDebug) {
		t.Error("not enabled although somebody traces")
	}
	log.Debug("found", "cents", 390)
	log.Error("lost")
	r.Want(
		stapsdttest.Fired(record, slog.LevelDebug, "found", "cents=390", stapsdttest.Any),
		stapsdttest.Fired(record, slog.LevelError, "lost", "", stapsdttest.Any),
	)
	if got, want := out.String(), "level=ERROR msg=lost\n"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// spoiler uses its right to modify the attributes that it is given.
type spoiler struct{ slog.Handler }

func (s spoiler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clear(attrs)
	return s
}

// panicking is a value that cannot be rendered.
type panicking struct{}

func (panicking) String() string               { panic("no text") }
func (panicking) MarshalText() ([]byte, error) { panic("no text") }

func TestAttrs(t *testing.T) {
	for _, test := range []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{"in order", func(l *slog.Logger) { l.With("a", 1).With("b", 2).Info("", "c", 3) },
			"a=1 b=2 c=3"},
		{"groups", func(l *slog.Logger) {
			l.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").Info("", "c", 3)
		}, "a=1 g.b=2 g.h.c=3"},
		{"no names", func(l *slog.Logger) { l.WithGroup("").With().Info("", "a", 1) }, "a=1"},
		{"names of slog", func(l *slog.Logger) { l.Info("", "level", 1, "msg", "x", "time", 2) },
			"level=1 msg=x time=2"},
		{"quoted", func(l *slog.Logger) { l.Info("", "a", "b c\n") }, `a="b c\n"`},
		{"panicking", func(l *slog.Logger) { l.Info("", "a", panicking{}, "b", 2) },
			`a="!PANIC: no text" b=2`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := stapsdttest.Record(t, record)
			test.log(slog.New(New(spoiler{slog.DiscardHandler})))
			r.Want(stapsdttest.Fired(record, 0, "", test.want, stapsdttest.Any))
		})
	}
}

func TestSource(t *testing.T) {
	r := stapsdttest.Record(t, record)
	_, file, line, _ := runtime.Caller(0)
	slog.New(New(slog.DiscardHandler)).Info("here")
	nowhere := slog.Record{Message: "nowhere"}
	if err := New(slog.DiscardHandler).Handle(t.Context(), nowhere); err != nil {
		t.Error(err)
	}
	r.Want(
		stapsdttest.Fired(record, 0, "here", "", fmt.Sprintf("%s:%d", file, line+1)),
		stapsdttest.Fired(record, 0, "nowhere", "", ""),
	)
	if filepath.Base(file) != "slogprobe_test.go" {
		t.Error(file)
	}
}

func TestNilHandler(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New(nil) does not panic")
		}
	}()
	New(nil)
}

// TestAllocations: nothing is allocated while nobody traces, be the record written or not.
func TestAllocations(t *testing.T) {
	log := slog.New(New(leveled{slog.LevelInfo}))
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo} {
		got := testing.AllocsPerRun(100, func() {
			log.LogAttrs(context.Background(), level, "message", slog.Int("a", 1), slog.String("b", "c"))
		})
		if got != 0 {
			t.Errorf("%v: %v allocations", level, got)
		}
	}
}

// leveled is a handler that writes nothing, and wants some levels only.
type leveled struct{ least slog.Level }

func (l leveled) Enabled(_ context.Context, level slog.Level) bool { return level >= l.least }
func (leveled) Handle(context.Context, slog.Record) error          { return nil }
func (l leveled) WithAttrs([]slog.Attr) slog.Handler               { return l }
func (l leveled) WithGroup(string) slog.Handler                    { return l }
