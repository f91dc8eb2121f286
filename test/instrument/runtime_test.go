//go:build linux && (amd64 || arm64)

package instrument

import (
	"runtime"
	"testing"
	"time"

	"github.com/go-usdt/usdt/instrument/runtimeprobe"
)

func TestRuntime(t *testing.T) {
	defer runtimeprobe.Start(time.Millisecond)()
	for pattern, want := range map[string]string{
		"go:gc":        `gc number=\d+ pause=` + took + ` before=\d+ live=\d+ goal=\d+`,
		"go:memory":    `memory used=\d+ limit=\d+ heap=\d+ stacks=\d+`,
		"go:scheduler": `scheduler goroutines=\d+ threads=\d+ procs=\d+ half=\S+ most=\S+`,
		"go:build":     `build path="github.com/go-usdt/usdt" .* go="go.*" uptime=` + took,
		"go:panic":     `panic value="lost" stack="instrument.TestRuntime.func.*"`,
	} {
		t.Run(pattern, func(t *testing.T) {
			trace(t, pattern, func() {
				runtime.GC()
				defer func() { _ = recover() }()
				defer runtimeprobe.ReportPanic()
				panic("lost")
			}, want)
		})
	}
}
