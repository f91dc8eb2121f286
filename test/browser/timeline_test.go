//go:build linux && (amd64 || arm64)

package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestTimeline: the trace viewer of Chromium, which is chrome://tracing, and which Go has for its
// own traces, finds the spans and instants of usdt timeline, and has nothing to warn of; also in a
// file whose end is missing, as that of a killed usdt is.
func TestTimeline(t *testing.T) {
	s := newShop(t)
	text := s.timeline(t)
	b := openViewer(t)
	want := []string{
		`instant shop:order_done {"id":3,"took":1000000000,"answer":""}`,
		`span shop:order 1 {"id":1,"customer":"Ada","end":{"id":1,"took":1000000000,"answer":"eWVz"}}`,
		`span shop:order 2 {"id":2,"customer":"Bob \"\u0000",` +
			`"end":{"id":2,"took":1000000000,"answer":""}}`,
		"thread browser.test in browser.test",
	}
	for _, text := range []string{text, strings.TrimSuffix(text, "\n]\n")} {
		if diff := cmp.Diff(want, eval[[]string](b, viewed, text)); diff != "" {
			t.Errorf("(-want +got)\n%s\n%s", diff, text)
		}
	}
}

// timeline returns what usdt timeline writes about some orders.
func (s *shop) timeline(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	usdt, file := filepath.Join(dir, "usdt"), filepath.Join(dir, "shop.json")
	if err := testbuild.Go(usdt, []string{"CGO_ENABLED=0"}, "build", "../../cmd/usdt"); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(usdt, "timeline", "--at", newServer(t), "shop:*", "--count", "5", "-o", file)
	messages, err := os.Create(filepath.Join(dir, "messages"))
	if err != nil {
		t.Fatal(err)
	}
	defer messages.Close()
	cmd.Stderr = messages
	child := testenv.Start(t, cmd)
	await(t, func() bool {
		told, err := os.ReadFile(messages.Name())
		return err == nil && strings.Contains(string(told), "usdt: tracing ")
	})
	s.done.Fire(3, time.Second, nil)
	s.start.Fire(1, "Ada")
	s.start.Fire(2, "Bob \"\x00")
	s.done.Fire(1, time.Second, []byte("yes"))
	s.done.Fire(2, time.Second, nil)
	child.End(t)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// viewed is the body of a function that returns what the viewer finds in a trace.
const viewed = `
const model = new tr.Model();
new tr.importer.Import(model).importTraces([arguments[0]]);
const found = model.importWarnings.map(w => 'warning ' + w.type + ': ' + w.message);
for (const p of model.getAllProcesses()) for (const t of Object.values(p.threads))
	found.push('thread ' + t.name + ' in ' + p.name);
for (const e of model.getDescendantEvents()) {
	const args = ' ' + JSON.stringify(e.args);
	if (e.duration > 0) found.push('span ' + e.id.split(':ptr:')[1] + args);
	else if (e.title !== 'usdt') found.push('instant ' + e.title + args);
}
return found.sort();`

// openViewer opens the viewer, which Go's own sources have.
func openViewer(t *testing.T) *tab {
	t.Helper()
	root, err := exec.Command(testenv.Tool(t, "go"), "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	static := filepath.Join(strings.TrimSpace(string(root)), "src/internal/trace/traceviewer/static")
	mux := http.NewServeMux()
	mux.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir(static))))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<html><head><script src="/static/webcomponents.min.js"></script>
			<link rel="import" href="/static/trace_viewer_full.html"></head></html>`))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b := openTab(t)
	b.open(server.URL)
	wait(b, true, "return window.tr !== undefined && tr.importer !== undefined")
	return b
}
