package stapsdthttp

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestOrigins: what another site makes a browser ask is refused.
func TestOrigins(t *testing.T) {
	p := newProvider(t, "origins")
	stapsdt.MustProbe0(p, "p")
	server := newServer(t)
	own, _ := url.Parse(server)
	const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	for _, test := range []struct {
		method, path string
		header       []string
		isRefused    bool
	}{
		{"POST", "unload?provider=origins", nil, false},
		{"POST", "unload?provider=origins", []string{"Sec-Fetch-Site", "same-origin"}, false},
		{"POST", "unload?provider=origins", []string{"Sec-Fetch-Site", "none"}, false},
		{"POST", "unload?provider=origins", []string{"Origin", "http://" + own.Host}, false},
		{"POST", "unload?provider=origins", []string{"Sec-Fetch-Site", "cross-site"}, true},
		{"POST", "unload?provider=origins", []string{"Sec-Fetch-Site", "same-site"}, true},
		{"POST", "unload?provider=origins", []string{"Origin", "http://evil.example"}, true},
		{"POST", "unload?provider=origins", []string{"Origin", "null"}, true},
		{"GET", "trace?probe=origins:p&seconds=0.01", []string{"Sec-Fetch-Site", "cross-site"}, true},
		{"GET", "trace?probe=origins:p&seconds=0.01", []string{"User-Agent", browser}, true},
		{"GET", "count?probe=origins:p&seconds=0.01", []string{"User-Agent", browser, "Sec-Fetch-Site",
			"none"}, false},
		{"GET", "count?probe=origins:p&seconds=0.01", []string{"User-Agent", browser, pageHeader, "1"},
			false},
		{"GET", "count?probe=origins:p&seconds=0.01", []string{"User-Agent", browser, pageHeader, "1",
			"Sec-Fetch-Site", "cross-site"}, true},
		{"GET", "count?probe=origins:p&seconds=0.01", []string{"User-Agent", "curl/8.14.1"}, false},
		{"POST", "unload?provider=origins", []string{"User-Agent", browser}, false},
		{"GET", "", []string{"User-Agent", browser}, false},
		{"GET", "page.js", []string{"User-Agent", browser}, false},
		{"GET", "probes", []string{"User-Agent", browser}, false}, // the page's link
		{"GET", "count?probe=origins:p&seconds=0.01", []string{pageHeader, "1", "Origin",
			"http://evil.example"}, true}, // a program may let all sites send all headers
		{"GET", "count?probe=origins:p&seconds=0.01", []string{pageHeader, "1", "Origin",
			"http://" + own.Host}, false},
		{"GET", "probes", []string{"Origin", "null"}, true},
		{"GET", "probes", []string{"Sec-Fetch-Site", "same-site"}, true},
		{"GET", "probes", []string{"Sec-Fetch-Site", "same-origin"}, false},
		{"GET", "", []string{"Sec-Fetch-Site", "cross-site"}, false}, // a link to the page
	} {
		response, text := do(t, test.method, server+test.path, "", test.header...)
		if got := response.StatusCode == http.StatusForbidden; got != test.isRefused {
			t.Errorf("%s %s %v: %s %s", test.method, test.path, test.header, response.Status, text)
		}
	}
}

// TestPreflight: what a browser would have to ask before another site can send the header.
func TestPreflight(t *testing.T) {
	response, text := do(t, "OPTIONS", newServer(t)+"trace?probe=*:*", "", "Origin",
		"http://evil.example", "Access-Control-Request-Method", "GET",
		"Access-Control-Request-Headers", strings.ToLower(pageHeader))
	if response.StatusCode/100 == 2 || response.Header.Get("Access-Control-Allow-Headers") != "" ||
		response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%s %v %s", response.Status, response.Header, text)
	}
}

// TestHosts: who controls a name cannot have it lead to a loopback address and read what is there.
func TestHosts(t *testing.T) {
	server := httptest.NewServer(Config{Hosts: []string{"Proxied.example"}}.Handler())
	defer server.Close()
	open := httptest.NewServer(Config{Hosts: []string{"*"}}.Handler())
	defer open.Close()
	for host, isAllowed := range map[string]bool{
		"localhost": true, "localhost:1": true, "LOCALHOST.": true, "a.localhost:80": true,
		"127.0.0.1": true, "[::1]:8080": true, "10.1.2.3": true, "proxied.example:80": true,
		"Proxied.Example": true,
		"evil.example":    false, "localhost.evil.example:80": false, "127.0.0.1.evil.example": false,
		"notproxied.example": false,
	} {
		response, text := get(t, server.URL+"/probes", "Host", host)
		if got := response.StatusCode == http.StatusOK; got != isAllowed ||
			!got && !strings.Contains(text, "stapsdthttp.Config.Hosts") {
			t.Errorf("%s: %s %s", host, response.Status, text)
		}
		if response, _ := get(t, open.URL+"/probes", "Host", host); response.StatusCode != 200 {
			t.Errorf("%s with \"*\": %s", host, response.Status)
		}
	}
}

// TestReachable: only an address of which it is known is taken for one that others can reach.
func TestReachable(t *testing.T) {
	for _, test := range []struct {
		local any
		want  bool
	}{
		{&net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 80}, true},
		{&net.UDPAddr{IP: net.ParseIP("fe80::1"), Port: 443, Zone: "eth0"}, true},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 2), Port: 80}, false},
		{&net.TCPAddr{IP: net.IPv6loopback, Port: 80}, false},
		{&net.TCPAddr{Port: 80}, false},
		{&net.UnixAddr{Name: "10.1.2.3:80/s", Net: "unix"}, false},
		{nil, false},
	} {
		if got := isReachable(test.local); got != test.want {
			t.Errorf("%v: %t", test.local, got)
		}
		request := httptest.NewRequest(http.MethodGet, "http://any.name/probes", nil)
		ctx := context.WithValue(request.Context(), http.LocalAddrContextKey, test.local)
		answer := httptest.NewRecorder()
		Handler().ServeHTTP(answer, request.WithContext(ctx))
		if isAllowed := answer.Code == http.StatusOK; isAllowed != test.want {
			t.Errorf("%v: any name is answered with %d", test.local, answer.Code)
		}
	}
}
