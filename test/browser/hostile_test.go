//go:build linux && (amd64 || arm64)

package browser

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// hostile are texts that a page must not obey.
var hostile = []string{
	`<script>document.title = 'obeyed'</script>`,
	`<img src=x onerror="document.title = 'obeyed'">`,
	`"><svg onload=document.title='obeyed'>{{.}}${1}</td></tr></table></html><!--`,
	"\u202eright to left\u2066\u200b\u2028\ufeff\U000e0041\u3164",
	"NUL \x00, escape \x1b[31m, lines \r\n, bytes \xff\xfe that are not UTF-8",
	`\" \\ ' & &lt; %3C \u003c`,
	strings.Repeat("m", 1<<20),
	strings.Repeat("\u202e", 1<<18),
}

// shown is what the page shows of a text of which it has asked for so many bytes.
func shown(text string, most int) string {
	if len(text) > most {
		return printable.Quote(strings.ToValidUTF8(text[:most], "\ufffd"))
	}
	return printable.Quote(strings.ReplaceAll(strings.ReplaceAll(text, "\xff", "\ufffd"),
		"\xfe", "\ufffd"))
}

// TestHostile: what a probe fires is shown, in full or cut, and does nothing else.
func TestHostile(t *testing.T) {
	s := newShop(t)
	b := openPage(t)
	const elements = `return document.querySelectorAll('script, img, svg, b, iframe, link').length`
	before, title := eval[int](b, elements), eval[string](b, "return document.title")
	b.set("#hist [name=arg]", "shop:order_start id")
	b.set("#hist [name=by]", "customer")
	b.start("hist")
	b.start("tail")
	var want, groups []string
	for i, text := range hostile {
		s.start.Fire(uint64(i), text)
		cut := ""
		if len(text) > 256 {
			cut = "…"
		}
		want = append([]string{"shop:order_start id=" + string(rune('0'+i)) +
			" customer=" + shown(text, 256) + cut}, want...)
		cut = ""
		if len(text) > 255 {
			cut = "…"
		}
		groups = append(groups, "customer = "+shown(text, 255)+cut)
	}
	wait(b, len(hostile), tailRows)
	const groupCount = `return document.querySelectorAll('#hist h3').length`
	wait(b, len(hostile), groupCount)
	if diff := cmp.Diff(want, b.tail()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	got := eval[[]string](b, `return [...document.querySelectorAll('#hist h3')].
		map((e) => e.textContent)`)

	slices.Sort(groups)
	slices.Sort(got)
	if diff := cmp.Diff(groups, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if n := eval[int](b, elements); n != before {
		t.Errorf("%d elements of hostile kinds, before %d", n, before)
	}
	if now := eval[string](b, "return document.title"); now != title {
		t.Errorf("the title is %q, was %q", now, title)
	}
	b.screenshot("hostile")
	b.check()
}

// TestShow: the page and the command show the same characters as they are, and escape the others
// alike. Characters that only one of them knows are left out.
func TestShow(t *testing.T) {
	b := openTab(t)
	b.open(newServer(t))
	const all = `const {show} = await import('./text.js');
		const shown = [];
		for (let r = 0; r < 0x110000; r++) {
			if (r < 0xd800 || r > 0xdfff) shown.push(show(String.fromCodePoint(r)));
		}
		return shown.join('\n')`
	got := strings.Split(eval[string](b, all), "\n")
	wrong := 0
	i := -1
	for r := range rune(unicode.MaxRune + 1) {
		if r >= 0xd800 && r <= 0xdfff {
			continue
		}
		i++
		isKnown := unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z,
			unicode.Cc, unicode.Cf, unicode.Co)
		if want := printable.Escape(string(r)); isKnown && got[i] != want && wrong < 10 {
			t.Errorf("%U is %q, want %q", r, got[i], want)
			wrong++
		}
	}
	if i != len(got)-1 {
		t.Errorf("%d characters, want %d", len(got), i+1)
	}
}
