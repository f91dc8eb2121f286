//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"strings"
	"testing"
)

// TestPathAndPid gives bpftrace both a path and a pid. Before version 0.25, bpftrace then finds
// no arguments in memory, if it is in another mount namespace than the process.
func TestPathAndPid(t *testing.T) {
	needDocumented(t, "couldn't get argument 0 for /proc/PID/root/proc/PID/fd/N:shop:order_start")
	clause := scripts[0]
	everyBpftrace(t, func(t *testing.T, p program) {
		for _, backing := range []string{"memfd", "file", embedded} {
			t.Run(backing, func(t *testing.T) {
				t.Parallel()
				app := startShop(t, config{variants[0], backing})
				path := app.path(t, "ready")
				if p.release == installed.release {
					p.checkPathAndPid(t, app, path, clause)
				}
				if backing != "memfd" || !p.seesMemory(t) {
					p.elsewhere().checkPathAndPid(t, app, path, clause)
					return
				}
				failed := start(t,
					p.elsewhere().command(append(app.pidFlag(), "-e", "usdt:"+path+":shop:"+clause)...))
				_, err := failed.Wait()
				want := fmt.Sprintf("couldn't get argument 0 for /proc/%d/root%s:shop:order_start",
					app.PID(), path)
				if err == nil || !strings.Contains(failed.Errors(), want) {
					t.Errorf("bpftrace: %v and %q, want %q", err, failed.Errors(), want)
				}
			})
		}
	})
}

func (p program) checkPathAndPid(t *testing.T, app *traced, path, clause string) {
	t.Helper()
	b := p.attachWith(t, app.pidFlag(), app, path, "ready", clause)
	app.fire(t, "order_start", 1, "Ada")
	b.expect(t, "1 Ada")
	if rest := b.detach(t); len(rest) > 0 {
		t.Errorf("further events: %q", rest)
	}
}
