package stapsdthttp

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestPage: the page is there below each prefix, with everything that it refers to, and no more.
func TestPage(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/whole/debug/", Handler())
	mux.Handle("/stripped/", http.StripPrefix("/stripped", Handler()))
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, root := range []string{"/whole/debug/", "/stripped/"} {
		response, text := get(t, server.URL+root)
		if got := response.Header.Get("Content-Security-Policy"); got != pagePolicy {
			t.Errorf("%s: policy %q", root, got)
		}
		links := regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(text, -1)
		if len(links) != 3 {
			t.Errorf("%s: %d links", root, len(links))
		}
		for _, link := range links {
			if response, _ := get(t, server.URL+root+link[1]); response.StatusCode != http.StatusOK {
				t.Errorf("%s: %s: %s", root, link[1], response.Status)
			}
		}
	}
	entries, err := pageFiles.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	importOf := regexp.MustCompile(`from '\./([^']*)'`)
	for _, e := range entries {
		response, text := get(t, server.URL+"/stripped/"+e.Name())
		if e.Name() == "index.html" {
			if response.StatusCode != http.StatusNotFound {
				t.Errorf("the template: %s", response.Status)
			}
			continue
		}
		if contentType := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK ||
			!strings.HasPrefix(contentType, "text/") || strings.Contains(contentType, "plain") {
			t.Errorf("%s: %s, %s", e.Name(), response.Status, contentType)
		}
		for _, other := range importOf.FindAllStringSubmatch(text, -1) {
			if response, _ := get(t, server.URL+"/stripped/"+other[1]); response.StatusCode != 200 {
				t.Errorf("%s imports %s: %s", e.Name(), other[1], response.Status)
			}
		}
	}
	for _, name := range []string{"page", "page.go", "other.js", "..%2fpage.go", "page%2findex.html"} {
		if response, _ := get(t, server.URL+"/stripped/"+name); response.StatusCode != 404 {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
}

// TestPageHTML: what providers say is text, and characters that do not show are escaped.
func TestPageHTML(t *testing.T) {
	p := newProvider(t, "html")
	stapsdt.MustProbe1[string](p, "p", "s").Describe("<i>\u202e&amp;\"{{.}}")
	newProvider(t, "empty")
	traced := probeJSON{Provider: "html", Probe: "traced", Loaded: true, Traced: true, Path: "/<path>"}
	if got := traced.html(); !strings.Contains(got, "/&lt;path&gt;") ||
		!strings.Contains(got, "attached") {
		t.Errorf("a probe that is loaded and traced: %s", got)
	}
	_, text := get(t, newServer(t))
	const want = `<p data-field="description">&lt;i&gt;\u202e&amp;amp;&#34;{{.}}</p>`
	if !strings.Contains(text, want) {
		t.Errorf("no %s in\n%s", want, text)
	}
	for _, want := range []string{
		`<tr data-name="html:p">`, `<code data-field="signature">s string</code>`,
		`<input type="hidden" name="provider" value="html">`, `<button aria-label="Load html">`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	for _, forbidden := range []string{" style=", "<style", " onclick", "<script>", "http:"} {
		if strings.Contains(text, forbidden) {
			t.Errorf("there is %s in\n%s", forbidden, text)
		}
	}
}

// TestBackToPage: a form of the page leads back to it, and a program gets JSON.
func TestBackToPage(t *testing.T) {
	newProvider(t, "back")
	url := newServer(t) + "unload?provider=back"
	response, _ := do(t, http.MethodPost, url, "", "Accept", "text/html,*/*;q=0.8")
	if location := response.Header.Get("Location"); response.StatusCode != 303 || location != "./" {
		t.Errorf("%s to %q", response.Status, location)
	}
	if response, text := do(t, http.MethodPost, url, ""); response.StatusCode != 200 ||
		!strings.HasPrefix(text, `[{"provider":"back"`) {
		t.Errorf("%s: %s", response.Status, text)
	}
}
