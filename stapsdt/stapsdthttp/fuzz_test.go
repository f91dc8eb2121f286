package stapsdthttp

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/stapsdt"
)

var allParameters = []string{
	"probe", "where", "seconds", "interval", "limit", "format", "buffer", "text", "arg", "by", "key",
	"linear", "start", "end",
}

// isRefusal reports whether an error tells the client what to do.
func isRefusal(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.status >= 400 && r.status < 500 && r.text != ""
}

// FuzzParseQuery holds whatever is asked for to the documented limits, and errors to be refusals.
func FuzzParseQuery(f *testing.F) {
	f.Add("probe=a:b&where=n+>+3+%26%26+s==%22x%22&seconds=1.5&limit=3&format=binary&buffer=65536")
	f.Add("probe=a:*&probe=b:*&arg=n&by=arg2&linear=0,0x10,5&interval=0.1&text=128")
	f.Add("start=a:b&end=a:c&key=0")
	f.Add("seconds=1e-300&interval=+Inf")
	f.Add("a=%zz;b")
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parseQuery(text, allParameters...)
		if err != nil {
			if !isRefusal(err) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		values, _ := url.ParseQuery(text)
		longest := time.Duration(MaxSeconds * time.Second)
		switch {
		case q.duration < 0 || q.duration > longest:
			t.Errorf("%q: for %v", text, q.duration)
		case q.interval != 0 && (q.interval < leastInterval || q.interval > longest):
			t.Errorf("%q: every %v", text, q.interval)
		case q.config.Buffer > MaxBuffer || q.config.Text > stapsdt.MaxText ||
			q.config.Text <= filter.MaxString:
			t.Errorf("%q: %+v", text, q.config)
		case q.scale.Linear && q.scale.Len() > 10_000:
			t.Errorf("%q: %+v", text, q.scale)
		case !slices.Equal(q.patterns, values["probe"]) ||
			q.isBinary != (values.Get("format") == "binary"):
			t.Errorf("%q: patterns %q", text, q.patterns)
		}
		if l, err := q.config.Listen("a:b"); err != nil && q.config.Buffer <= 1<<20 {
			t.Errorf("%q: %v", text, err)
		} else if err == nil {
			l.Close()
		}
	})
}

// FuzzMatch: a query has the probes that a counter counts, and is refused where there are none.
func FuzzMatch(f *testing.F) {
	for _, seed := range []string{"a:b", "*:*", "a", "a:[", `a:\`, "a:b:c", ":", "[^]:x"} {
		f.Add(seed)
	}
	p := newProvider(f, "match")
	stapsdt.MustProbe0(p, "p")
	f.Fuzz(func(t *testing.T, pattern string) {
		c, err := stapsdt.Count(pattern)
		var counted int
		if err == nil {
			counted = len(c.Counts())
			c.Close()
		}
		matched, err := (&query{patterns: []string{pattern}}).match()
		if len(matched) != counted || (err == nil) != (counted > 0) {
			t.Fatalf("%q: %d probes, %v; counted %d", pattern, len(matched), err, counted)
		}
	})
}

// FuzzHandler: no request makes the handler panic, answer without its headers, or leave something
// behind.
func FuzzHandler(f *testing.F) {
	p := newProvider(f, "fuzzed")
	stapsdt.MustProbe2[int, string](p, "p", "n", "s")
	stapsdt.MustProbe1[int](p, "q", "n")
	f.Add("GET", "/probes", "", "localhost", "")
	f.Add("GET", "/trace", "probe=fuzzed:p&where=n==1", "localhost:80", "")
	f.Add("GET", "/hist", "probe=fuzzed:p&arg=n&by=s", "[::1]", "none")
	f.Add("GET", "/latency", "start=fuzzed:p&end=fuzzed:q", "", "same-origin")
	f.Add("POST", "/x/unload", "provider=fuzzed", "evil.example", "cross-site")
	f.Add("PUT", "", "", "", "")
	f.Fuzz(func(t *testing.T, method, path, rawQuery, host, site string) {
		if strings.HasPrefix(path, "/load") {
			return // it would take the time of a Load
		}
		body := rawQuery
		if method != http.MethodPost {
			body = "" // any is refused
		}
		request := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		request.Method, request.URL.Path, request.Host = method, path, host
		request.URL.RawQuery = rawQuery + "&seconds=0.001"
		request.Header.Set("Sec-Fetch-Site", site)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, request)
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Code < 200 || w.Code == 500 {
			t.Errorf("%s %q?%q: %d %s", method, path, rawQuery, w.Code, w.Body)
		}
		if inUse() != 0 {
			t.Errorf("%s %q?%q: %d listeners are left", method, path, rawQuery, inUse())
		}
	})
}

// FuzzHostName: no name but those of this machine is taken for one.
func FuzzHostName(f *testing.F) {
	for _, seed := range []string{
		"localhost:80", "[::1]:80", "127.0.0.1", "evil.example", "[evil]:1", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, host string) {
		name := hostName(host)
		if !isLocal(name) {
			return
		}
		// Of an address, and of those below localhost, a browser asks no resolver.
		if name != "" && !strings.HasSuffix(name, "localhost") && !strings.ContainsAny(name, ".:") {
			t.Errorf("%q is %q", host, name)
		}
	})
}
