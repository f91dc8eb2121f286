package stapsdthttp

import (
	"embed"
	"html"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

//go:embed page
var pageFiles embed.FS

// pageHTML has names in braces where something comes in, once for the page and, in its templates,
// for each provider and probe. Package html/template would do it, too, but add 2 MB to a program.
var (
	pageHTML     = readPage()
	providerHTML = pageTemplate("provider")
	probeHTML    = pageTemplate("probe")
)

func readPage() string {
	content, _ := pageFiles.ReadFile("page/index.html") // it is embedded
	return string(content)
}

// pageTemplate returns what is in a template, which script uses, too.
func pageTemplate(id string) string {
	_, rest, _ := strings.Cut(pageHTML, `<template id="`+id+`">`)
	content, _, _ := strings.Cut(rest, "</template>")
	return content
}

// pagePolicy lets the page use what comes from here, and nothing else. Trusted types forbid scripts
// to make markup of text, in browsers that have them.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// page answers with what is for people: the page itself, at a path that ends with a slash, and what
// belongs to it. It is asked for all paths that are no endpoint. The error is a refusal.
func page(w http.ResponseWriter, r *http.Request) error {
	if strings.HasSuffix(r.URL.Path, "/") {
		writePage(w)
		return nil
	}
	name := path.Base(r.URL.Path)
	contentType := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	}[path.Ext(name)]
	content, err := pageFiles.ReadFile("page/" + name)
	if err != nil || contentType == "" {
		return refuse(http.StatusNotFound, "there is nothing here; the endpoints are probes, trace, "+
			"count, hist, latency, load and unload")
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(content) // #nosec G705 -- it is embedded; and nobody is there who could be told
	return nil
}

func writePage(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", pagePolicy)
	// With no-referrer, browsers say that a form of this page comes from nowhere.
	header.Set("Referrer-Policy", "same-origin")
	content := strings.NewReplacer("{{program}}", asHTML(command()),
		"{{pid}}", strconv.Itoa(os.Getpid()), "{{providers}}", providersHTML(listProbes())).
		Replace(pageHTML)
	_, _ = io.WriteString(w, content) // nobody is there who could be told
}

// asHTML returns text as HTML, for between tags and in the quotes of an attribute.
func asHTML(text string) string { return html.EscapeString(printable.Escape(text)) }

// providersHTML returns the rows of the probes, which are in the order of their providers.
func providersHTML(list []probeJSON) string {
	var b strings.Builder
	for i, p := range list {
		if i == 0 || p.Provider != list[i-1].Provider {
			b.WriteString("<tbody>")
			b.WriteString(strings.ReplaceAll(providerHTML, "{{provider}}", asHTML(p.Provider)))
		}
		b.WriteString(p.html())
	}
	return b.String()
}

func (p *probeJSON) html() string {
	tracer, path := "no", "not loaded"
	if p.Traced {
		tracer = "attached"
	}
	if p.Loaded {
		path = p.Path
	}
	return strings.NewReplacer("{{name}}", asHTML(p.Provider+":"+p.Probe),
		"{{probe}}", asHTML(p.Probe), "{{description}}", asHTML(p.Description),
		"{{signature}}", asHTML(p.Signature), "{{tracer}}", tracer,
		"{{heard_by}}", strconv.Itoa(p.HeardBy), "{{path}}", asHTML(path)).Replace(probeHTML)
}

// backToPage leads a form of the page that was sent without script back to it.
func backToPage(w http.ResponseWriter, r *http.Request) bool {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false
	}
	w.Header().Set("Location", "./") // relative to what the browser sees, whatever the prefix
	w.WriteHeader(http.StatusSeeOther)
	return true
}
