//go:build linux && (amd64 || arm64)

package browser

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

var screenshots = flag.String("screenshots", "", "write screenshots to this directory, absolute")

// shop has the probes of a test.
type shop struct {
	provider *stapsdt.Provider
	start    *stapsdt.Probe2[uint64, string]
	done     *stapsdt.Probe3[uint64, time.Duration, []byte]
}

func newShop(t testing.TB) *shop {
	t.Helper()
	p := stapsdt.MustProvider("shop")
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return &shop{
		provider: p,
		start: stapsdt.MustProbe2[uint64, string](p, "order_start", "id", "customer").
			Describe("A customer has sent an order."),
		done: stapsdt.MustProbe3[uint64, time.Duration, []byte](p, "order_done", "id", "took", "answer").
			Describe("The order is done, or has \u202efailed <b>for good</b>."),
	}
}

// newServer returns the address of the page.
func newServer(t testing.TB) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/debug/usdt/", stapsdthttp.Handler())
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/debug/usdt/"
}

// openPage opens the page and waits until it counts.
func openPage(t testing.TB) *tab {
	t.Helper()
	url := newServer(t) // is closed after the browser, which has connections
	b := openTab(t)
	b.open(url)
	wait(b, "0", field, "shop:order_start", "total")
	return b
}

// field returns the text in a field of a probe.
const field = `return document.querySelector(
	'[data-name="' + arguments[0] + '"] [data-field=' + arguments[1] + ']')?.innerText`

// check holds a page to what must always be so.
func (b *tab) check() {
	b.Helper()
	b.checkFrom(eval[string](b, `return location.origin + '/debug/usdt/'`))
}

// checkFrom does it for a page that may ask only for addresses that begin with a prefix.
func (b *tab) checkFrom(prefix string) {
	b.Helper()
	if complaints := b.errors(); len(complaints) > 0 {
		b.Errorf("the browser complains:\n%s", strings.Join(complaints, "\n"))
	}
	if !eval[bool](b, `return document.documentElement.scrollWidth <= window.innerWidth`) {
		b.Error("the page is wider than the window")
	}
	const foreign = `return performance.getEntriesByType('resource').map((e) => e.name).
		filter((name) => !name.startsWith(arguments[0])).join(' ')`
	if names := eval[string](b, foreign, prefix); names != "" {
		b.Errorf("the page asks for %s", names)
	}
}

// TestWithoutScript: the HTML has everything, and its forms load and unload.
func TestWithoutScript(t *testing.T) {
	s := newShop(t)
	b := openTab(t)
	b.cdp("Emulation.setScriptExecutionDisabled", map[string]bool{"value": true})
	b.open(newServer(t))
	page := b.text("body")
	for _, want := range []string{
		"order_start", "id uint64, customer string", "A customer has sent an order.",
		"order_done", "id uint64, took time.Duration, answer []byte",
		`The order is done, or has \u202efailed <b>for good</b>.`, "not loaded",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	for _, text := range []string{"Histogram", "Events, the newest", "Start", "{{", "no probes"} {
		if strings.Contains(page, text) {
			t.Errorf("%q, which is not for this page, in\n%s", text, page)
		}
	}
	b.screenshot("plain")
	b.click(`[aria-label="Load shop"]`)
	await(t, s.provider.Loaded)
	wait(b, s.provider.Path(), field, "shop:order_start", "path")
	b.click(`[aria-label="Unload shop"]`)
	wait(b, "not loaded", field, "shop:order_done", "path")
	if s.provider.Loaded() {
		t.Error("not unloaded")
	}
	b.check()
}

// TestEmpty: a program may declare its first probe later.
func TestEmpty(t *testing.T) {
	url := newServer(t)
	b := openTab(t)
	b.open(url)
	const empty = "The program has declared no probes."
	if page := b.text("body"); !strings.Contains(page, empty) {
		t.Errorf("not %q, but\n%s", empty, page)
	}
	s := newShop(t)
	wait(b, "0", field, "shop:order_start", "total")
	if page := b.text("body"); strings.Contains(page, empty) {
		t.Errorf("%q in\n%s", empty, page)
	}
	s.start.Fire(1, "Ada")
	wait(b, "1", field, "shop:order_start", "total")
	b.check()
}

// TestProbes: the table says what there is and counts each fire, until the page is gone.
func TestProbes(t *testing.T) {
	s := newShop(t)
	b := openPage(t)
	for id := range uint64(1234) {
		s.start.Fire(id, "Ada")
	}
	s.done.Fire(1, time.Second, nil)
	wait(b, "1,234", field, "shop:order_start", "total")
	wait(b, "1", field, "shop:order_done", "total")
	wait(b, "0", field, "shop:order_done", "rate") // nothing in the last second
	wait(b, "0", field, "shop:order_start", "heard_by")

	l, err := stapsdt.Listen("shop:order_start")
	if err != nil {
		t.Fatal(err)
	}
	wait(b, "1", field, "shop:order_start", "heard_by")
	wait(b, "0", field, "shop:order_done", "heard_by")
	l.Close()
	wait(b, "0", field, "shop:order_start", "heard_by")

	b.click(`[aria-label="Load shop"]`)
	wait(b, true, `return document.querySelector('[data-name="shop:order_done"] [data-field=path]').
		innerText !== 'not loaded'`)
	if got := eval[string](b, field, "shop:order_done", "path"); got != s.provider.Path() {
		t.Errorf("path %q, want %q", got, s.provider.Path())
	}
	b.click(`[aria-label="Unload shop"]`)
	wait(b, "not loaded", field, "shop:order_done", "path")

	later := stapsdt.MustProbe1[int](s.provider, "later", "n").Describe("New.")
	wait(b, "n int", field, "shop:later", "signature")
	wait(b, "New.", field, "shop:later", "description")
	wait(b, "0", field, "shop:later", "total")
	later.Fire(1)
	wait(b, "1", field, "shop:later", "total")
	wait(b, "1,234", field, "shop:order_start", "total")

	b.check()
	eval[any](b, `Object.defineProperty(document, 'hidden', {value: true});
		document.dispatchEvent(new Event('visibilitychange'))`)
	await(t, func() bool { return !s.start.Enabled() })
	b.do(http.MethodPost, "/refresh", nil, none{})
	wait(b, "0", field, "shop:order_start", "total")
	b.open("about:blank")
	await(t, func() bool { return !s.start.Enabled() })
}
