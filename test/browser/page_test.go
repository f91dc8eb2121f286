//go:build linux && (amd64 || arm64)

package browser

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
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
	if complaints := b.errors(); len(complaints) > 0 {
		b.Errorf("the browser complains:\n%s", strings.Join(complaints, "\n"))
	}
	if !eval[bool](b, `return document.documentElement.scrollWidth <= window.innerWidth`) {
		b.Error("the page is wider than the window")
	}
	const foreign = `return performance.getEntriesByType('resource').map((e) => e.name).
		filter((name) => !name.startsWith(location.origin + '/debug/usdt/')).join(' ')`
	if names := eval[string](b, foreign); names != "" {
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
	wait(b, s.provider.Path(), field, "shop:order_start", "path")
	if !s.provider.Loaded() {
		t.Error("not loaded")
	}
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
	wait(b, "0", field, "shop:order_start", "listeners")

	l, err := stapsdt.Listen("shop:order_start")
	if err != nil {
		t.Fatal(err)
	}
	wait(b, "1", field, "shop:order_start", "listeners")
	wait(b, "0", field, "shop:order_done", "listeners")
	l.Close()
	wait(b, "0", field, "shop:order_start", "listeners")

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

// TestTail: the events are shown with their values, the newest first, and a filter chooses.
func TestTail(t *testing.T) {
	s := newShop(t)
	limits := stapsdt.MustProbe5[int64, uint64, float64, bool, float32](s.provider, "limits",
		"a", "b", "c", "d", "e")
	mixed := stapsdt.MustProbe2[[]byte, string](s.provider, "mixed", "b", "s")
	b := openPage(t)
	b.start("tail")
	s.start.Fire(1, "Ada")
	s.done.Fire(2, -time.Second, []byte("\x00a\"\xff"))
	limits.Fire(-1<<63, 1<<64-1, 1e300, true, 1.5)
	s.start.Fire(3, strings.Repeat("x", 300))
	mixed.Fire([]byte("short"), strings.Repeat("x", 300))
	want := []string{
		`shop:mixed b="short" s="` + strings.Repeat("x", 256) + "\"…",
		"shop:order_start id=3 customer=\"" + strings.Repeat("x", 256) + "\"…",
		"shop:limits a=-9223372036854775808 b=18446744073709551615 c=1e+300 d=true e=1.5",
		`shop:order_done id=2 took=-1000000000 answer="\x00a\"\xff"`,
		`shop:order_start id=1 customer="Ada"`,
	}
	wait(b, len(want), tailRows)
	if diff := cmp.Diff(want, b.tail()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if got := b.text("#tail .count"); got != "5 events" {
		t.Errorf("counted %q", got)
	}
	b.click("#tail button")
	wait(b, "Stopped.", status, "tail")

	b.set("#tail [name=where]", `id > 5 && customer == "Ada"`)
	b.set("#tail [name=probe]", "shop:order_start")
	b.start("tail")
	for id := range uint64(8) {
		s.start.Fire(id, "Ada")
		s.start.Fire(id, "Bob")
	}
	wait(b, 2, tailRows)
	want = []string{`shop:order_start id=7 customer="Ada"`, `shop:order_start id=6 customer="Ada"`}
	if diff := cmp.Diff(want, b.tail()); diff != "" {
		t.Errorf("filtered events (-want +got):\n%s", diff)
	}
	for range 300 {
		s.start.Fire(9, "Ada")
	}
	wait(b, "302 events", `return document.querySelector('#tail .count').innerText`)
	wait(b, 200, tailRows)
	b.click("#tail button")
	wait(b, "Stopped.", status, "tail")
	b.set("#tail [name=where]", `id >`)
	b.click("#tail button")
	wait(b, "stapsdthttp", status+".split(':')[0]", "tail")
	// That a query is refused is an error to the browser, too.
	if complaints := b.errors(); len(complaints) != 1 {
		t.Errorf("complaints: %q", complaints)
	}
	b.check()
}

// TestHistogram: the values of an argument are counted by the values of another.
func TestHistogram(t *testing.T) {
	s := newShop(t)
	b := openPage(t)
	b.set("#hist [name=arg]", "shop:order_start id")
	b.set("#hist [name=by]", "customer")
	b.start("hist")
	wait(b, "No events so far.", `return document.querySelector('#hist .groups').innerText`)
	for _, id := range []uint64{0, 4, 5, 7, 8} {
		s.start.Fire(id, "Ada")
	}
	s.start.Fire(3, "<b>Bob\u202e")
	wait(b, 6, `return [...document.querySelectorAll('#hist td:nth-child(2)')].
		reduce((sum, cell) => sum + Number(cell.innerText), 0)`)
	want := strings.Join([]string{
		`customer = "Ada"`, "[0] 1", "[1] 0", "[2, 4) 0", "[4, 8) 3", "[8, 16) 1",
		`customer = "<b>Bob\u202e"`, "[2, 4) 1",
	}, "\n")
	const drawn = `return [...document.querySelectorAll('#hist .groups h3, #hist .groups tr')].
		map((e) => e.innerText.trim().replace(/\s+/g, ' ')).join('\n')`
	if diff := cmp.Diff(want, eval[string](b, drawn)); diff != "" {
		t.Errorf("buckets (-want +got):\n%s", diff)
	}
	const widths = `return [...document.querySelectorAll('#hist td > div')].
		map((e) => Math.round(100 * e.offsetWidth / e.parentElement.clientWidth)).join(' ')`
	if got := eval[string](b, widths); got != "33 0 0 100 33 100" {
		t.Errorf("widths of bars %s", got)
	}
	for n := range 20 {
		s.start.Fire(1, fmt.Sprint("customer ", n))
	}
	wait(b, "10 histograms more.", `return document.querySelector('#hist .groups > p')?.innerText`)
	b.check()
}

// start presses Start, and returns when the program listens.
func (b *tab) start(section string) {
	b.Helper()
	b.click("#" + section + " button")
	wait(b, "Listening.", status, section)
}

const (
	status   = `return document.querySelector('#' + arguments[0] + ' .status').innerText`
	tailRows = `return document.querySelectorAll('#tail tbody tr').length`
)

// tail returns the events without their times.
func (b *tab) tail() []string {
	b.Helper()
	return eval[[]string](b, `return [...document.querySelectorAll('#tail tbody tr')].
		map((row) => row.cells[1].innerText + ' ' + row.cells[2].innerText)`)
}

// set gives a control of a form a value, as if a user had.
func (b *tab) set(selector, value string) {
	b.Helper()
	eval[any](b, `const control = document.querySelector(arguments[0]);
		control.value = arguments[1];
		control.dispatchEvent(new Event('change', {bubbles: true}))`, selector, value)
}

func await(t testing.TB, isTrue func() bool) {
	t.Helper()
	for end := time.Now().Add(testenv.Patience); !isTrue(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never true")
		}
	}
}
