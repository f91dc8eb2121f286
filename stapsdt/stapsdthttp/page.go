package stapsdthttp

import (
	"html/template"
	"net/http"
)

var plainPage = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Probes</title>
<table>
<tr><th>Probe<th>Arguments<th>Description<th>Loaded
{{range .}}<tr><td>{{.Provider}}:{{.Probe}}<td>{{.Signature}}<td>{{.Description}}<td>{{.Loaded}}
{{end}}</table>
`))

// page answers with what is for people: the page itself, at a path that ends with a slash, and what
// belongs to it. It is asked for all paths that are no endpoint. The error is a refusal.
func page(w http.ResponseWriter, r *http.Request) error {
	if path := r.URL.Path; path[len(path)-1] != '/' {
		return refuse(http.StatusNotFound, "there is nothing here; the endpoints are probes, trace, "+
			"count, hist, latency, load and unload")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return plainPage.Execute(w, listProbes())
}
