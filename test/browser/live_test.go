//go:build linux && (amd64 || arm64)

package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
)

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

// TestRestart: a stream that is started again at once is the page's own, and not of somebody else
// who hears the probe.
func TestRestart(t *testing.T) {
	newShop(t)
	for _, section := range []string{"tail", "hist"} {
		t.Run(section, func(t *testing.T) {
			b := openPage(t)
			b.set("#hist [name=arg]", "shop:order_start id")
			b.start(section)
			l, err := stapsdt.Listen("shop:order_start")
			if err != nil {
				t.Fatal(err)
			}
			wait(b, "1", field, "shop:order_start", "heard_by")
			eval[any](b, `const button = document.querySelector('#' + arguments[0] + ' button');
				button.click();
				button.click()`, section)
			wait(b, "Listening.", status, section)
			l.Close()
			wait(b, "0", field, "shop:order_start", "heard_by")
			b.check()
		})
	}
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
