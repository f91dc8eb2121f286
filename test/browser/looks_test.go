//go:build linux && (amd64 || arm64)

package browser

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// resize makes the window as wide as a screen.
func (b *tab) resize(width, height int) {
	b.Helper()
	b.cdp("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
	})
}

func (b *tab) prefer(scheme string) {
	b.Helper()
	b.cdp("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{
		{"name": "prefers-color-scheme", "value": scheme},
	}})
}

// fireAll lets each part of the page have something to show.
func fireAll(b *tab, s *shop) {
	b.Helper()
	b.set("#hist [name=arg]", "shop:order_done took")
	b.set("#hist [name=by]", "answer")
	b.start("hist")
	b.start("tail")
	for id := range uint64(60) {
		s.start.Fire(id, []string{"Ada", "Grace <b>H.</b>", "\u202eBob"}[id%3])
		s.done.Fire(id, time.Duration(id*id)*time.Microsecond, []byte([]string{"ok", "late"}[id%2]))
	}
	wait(b, 120, tailRows)
	wait(b, "60", field, "shop:order_start", "total")
	wait(b, `answer = "late" answer = "ok"`, `return [...document.querySelectorAll('#hist h3')].
		map((e) => e.innerText).sort().join(' ')`)
}

// TestLooks: no screen is too narrow, and all text has the contrast that WCAG 2 asks for (AA), in
// light and dark.
func TestLooks(t *testing.T) {
	s := newShop(t)
	b := openPage(t)
	fireAll(b, s)
	grounds := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		b.prefer(scheme)
		for name, size := range map[string][2]int{"wide": {1280, 1500}, "narrow": {320, 1600}} {
			b.resize(size[0], size[1])
			b.check()
			b.screenshot(scheme + "-" + name)
			if faint := eval[[]string](b, contrasts); len(faint) > 0 {
				t.Errorf("%s, %s: too little contrast: %s", scheme, name, strings.Join(faint, "; "))
			}
		}
		grounds[scheme] = eval[string](b, `return getComputedStyle(document.body).backgroundColor`)
	}
	if grounds["light"] == grounds["dark"] {
		t.Errorf("dark is as light: %s", grounds["dark"])
	}
}

// contrasts returns the texts whose contrast with what is behind them is below 4.5, by the formula
// of WCAG 2.
const contrasts = `
	const luminance = (color) => color.match(/[\d.]+/g).slice(0, 3).map((c) => c / 255).
		map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).
		reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = (e) => {
		while (e && getComputedStyle(e).backgroundColor === 'rgba(0, 0, 0, 0)') e = e.parentElement;
		return getComputedStyle(e).backgroundColor;
	};
	const elements = [...document.body.querySelectorAll('*')].filter((e) =>
		[...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim()));
	if (elements.length < 20) return ['only ' + elements.length + ' texts'];
	return elements.map((e) => {
		const both = [luminance(getComputedStyle(e).color), luminance(ground(e))].sort((a, b) => b - a);
		const ratio = (both[0] + 0.05) / (both[1] + 0.05);
		return ratio < 4.5 ? e.tagName + ' ' + ratio.toFixed(2) + ' ' + e.innerText : '';
	}).filter((text) => text)`

// TestKeyboard: Tab reaches everything in the order in which it is seen, each thing has a name and
// a visible focus, and keys are enough to work with.
func TestKeyboard(t *testing.T) {
	const tabKey, enter = "\ue004", "\ue007"
	s := newShop(t)
	b := openPage(t)
	wait(b, false, `return document.getElementById('tail').hidden`)
	var names []string
	for range 20 {
		b.keys(tabKey)
		if eval[bool](b, `return document.activeElement === document.body`) {
			break
		}
		var focus map[string]string
		b.do(http.MethodGet, "/element/active", &focus, nil)
		for _, id := range focus {
			var name string
			b.do(http.MethodGet, "/element/"+id+"/computedlabel", &name, nil)
			names = append(names, name)
		}
		if eval[string](b, `return getComputedStyle(document.activeElement).outlineStyle`) == "none" {
			t.Errorf("%s: the focus is not seen", names[len(names)-1])
		}
	}
	want := []string{
		"Load shop", "Unload shop", "Argument", "By", "Where", "Start", "Probes", "Where", "Start",
		"Events, the newest first", "probes",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("what Tab reaches (-want +got):\n%s", diff)
	}
	eval[any](b, `document.querySelector('[aria-label="Load shop"]').focus()`)
	b.keys(enter)
	await(t, s.provider.Loaded)
	// The focus stays while the page changes.
	wait(b, s.provider.Path(), field, "shop:order_done", "path")
	b.keys(strings.Repeat(tabKey, slices.Index(want, "Probes")+1) + "id == 5" + enter)
	wait(b, "Listening.", status, "tail")
	s.start.Fire(4, "Ada")
	s.start.Fire(5, "Bob")
	wait(b, 1, tailRows)
	if got := b.tail()[0]; got != `shop:order_start id=5 customer="Bob"` {
		t.Errorf("got %s", got)
	}
	b.check()
}
