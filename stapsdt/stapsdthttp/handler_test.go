package stapsdthttp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
)

func TestProbes(t *testing.T) {
	p := newProvider(t, "probes")
	probe := stapsdt.MustProbe2[uint64, []byte](p, "p", "id", "body").Describe("A <b>fire</b>.")
	none := stapsdt.MustProbe0(p, "none")
	list := func() map[string]probeJSON {
		response, text := get(t, newServer(t)+"probes")
		if got := response.Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("content type %q", got)
		}
		byName := make(map[string]probeJSON)
		for _, p := range parse[[]probeJSON](t, text) {
			byName[p.Provider+":"+p.Probe] = p
		}
		return byName
	}
	want := map[string]probeJSON{
		"probes:p": {
			Provider: "probes", Probe: "p", Signature: "id uint64, body []byte",
			Args:        []argJSON{{"id", "uint64", "Uint64"}, {"body", "[]byte", "Bytes"}},
			Description: "A <b>fire</b>.",
		},
		"probes:none": {Provider: "probes", Probe: "none", Args: []argJSON{}},
	}
	if diff := cmp.Diff(want, list()); diff != "" {
		t.Errorf("probes (-want +got):\n%s", diff)
	}
	l, err := stapsdt.Listen("probes:p")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := list()
	if !got["probes:p"].Heard || got["probes:none"].Heard {
		t.Errorf("heard: %v", got)
	}
	if got["probes:p"].HeardBy != 1 || got["probes:none"].HeardBy != 0 {
		t.Errorf("heard by: %v", got)
	}
	if err := p.Load(); err != nil {
		t.Skip("probes cannot be loaded here: ", err)
	}
	if got := list()["probes:none"]; !got.Loaded || got.Path != none.Path() || got.Traced {
		t.Errorf("loaded: %+v", got)
	}
	_ = probe
}

// TestRefuses: bad requests are answered by what is wrong and what to do.
func TestRefuses(t *testing.T) {
	p := newProvider(t, "refuses")
	stapsdt.MustProbe3[int, string, float64](p, "p", "n", "s", "f")
	stapsdt.MustProbe0(p, "none")
	server := newServer(t)
	for _, test := range []struct {
		path   string
		status int
		says   string
	}{
		{"nothing", 404, "the endpoints are probes, trace,"},
		{"probes?x=1", 400, `no parameter "x"`},
		{"trace", 400, "probe=PROVIDER:PROBE"},
		{"trace?probe=refuses", 400, `"refuses" is not PROVIDER:PROBE`},
		{"trace?probe=refuses:[", 400, "is not PROVIDER:PROBE"},
		{"trace?probe=refuses:x", 400, `no probe is "refuses:x"`},
		{"trace?probe=refuses:p&probe=other:*", 400, `no probe is "other:*"`},
		{"trace?probe=refuses:p&arg=n", 400, `no parameter "arg" here; there are probe, where,`},
		{"trace?probe=refuses:p&limit=1&limit=2", 400, "limit is given 2 times"},
		{"trace?probe=refuses:p&limit=0", 400, "want a number from 1"},
		{"trace?probe=refuses:p&limit=-1", 400, "want a number from 1"},
		{"trace?probe=refuses:p&seconds=0", 400, "want a number of seconds"},
		{"trace?probe=refuses:p&seconds=NaN", 400, "want a number of seconds"},
		{"trace?probe=refuses:p&seconds=86401", 400, "from 0 to 86400"},
		{"trace?probe=refuses:p&seconds=1e400", 400, "want a number of seconds"},
		{"trace?probe=refuses:p&format=xml", 400, "want json or binary"},
		{"trace?probe=refuses:p&buffer=67108865", 400, "want a number from 1 to 67108864"},
		{"trace?probe=refuses:p&buffer=1000", 400, "need 65536 at least"},
		{"trace?probe=refuses:p&text=127", 400, "want a number from 128 to 65536"},
		{"trace?probe=refuses:p&text=65536&buffer=65536", 400, "need 1048576 at least"},
		{"trace?probe=refuses:p&where=n+%3D", 400, "where="},
		{"trace?probe=refuses:p&where=x==1", 400, `has no argument "x"; it has n, s, f`},
		{"trace?probe=refuses:*&where=n==1", 400, `refuses:none has no argument "n"; it has none`},
		{"trace?probe=refuses:p&where=arg3==1", 400, "has no arg3, it has 3"},
		{"trace?probe=refuses:p&where=n==%22x%22", 400, "is of type int, which cannot be compared"},
		{"trace?probe=refuses:p&where=s==1", 400, `compare it with a string: s == "text"`},
		{"trace?probe=refuses:p&where=f==1", 400, "f of refuses:p is no integer"},
		{"trace?probe=refuses:p&where=!(tid>1)", 400, "a goroutine has no thread"},
		{"trace?probe=%zz", 400, "cannot be read"},
		{"trace?probe=" + strings.Repeat("x", maxQuery), 414, "at most 8192"},
		{"trace?" + strings.Repeat("probe=a:b&", 65), 400, "more than 64 patterns"},
		{"count?probe=refuses:p&interval=0.01", 400, "from 0.1"},
		{"count?probe=refuses:p&by=x", 400, `no argument "x"`},
		{"count?probe=refuses:p&by=", 400, "the first is 0"},
		{"count?probe=refuses:p&stats=s", 400, "s of refuses:p is text, not a number"},
		{"count?probe=refuses:p&stats=f", 400, "f of refuses:p is no integer"},
		{"count?probe=refuses:p&stats=n,n", 400, `"n" is named twice`},
		{"count?probe=refuses:p&stats=x", 400, `no argument "x"`},
		{"count?probe=refuses:p&stats=0,1,2,3,4,5,6,7,8", 400, "give at most 8"},
		{"count?probe=refuses:x", 400, "no probe is"},
		{"hist?probe=refuses:p", 400, "which argument?"},
		{"hist?probe=refuses:p&arg=3", 400, "has no arg3"},
		{"hist?probe=refuses:p&arg=s", 400, "s of refuses:p is text, not a number"},
		{"hist?probe=refuses:p&arg=f", 400, "is no integer"},
		{"hist?probe=refuses:p&arg=n&linear=1", 400, "want three integers"},
		{"hist?probe=refuses:p&arg=n&linear=1,2,x", 400, "want three integers"},
		{"hist?probe=refuses:p&arg=n&linear=1,2,3,", 400, "want three integers"},
		{"hist?probe=refuses:p&arg=n&linear=2,1,1", 400, "must be above the lower end"},
		{"latency?start=refuses:p", 400, "from which probe to which?"},
		{"latency?start=refuses:p&end=refuses:p", 400, "from which probe to which?"},
		{"latency?start=refuses:p&end=refuses:*", 400, "without wildcards"},
		{"latency?start=refuses:p&end=refuses:none", 400, "has no arg0, it has 0"},
	} {
		response, text := get(t, server+test.path)
		if response.StatusCode != test.status || !strings.Contains(text, test.says) ||
			!strings.HasPrefix(text, "stapsdthttp: ") {
			t.Errorf("%.80s: %d %s; want %d %s", test.path, response.StatusCode, text, test.status,
				test.says)
		}
	}
	if inUse() != 0 {
		t.Errorf("%d listeners are left", inUse())
	}
}

func TestHeaders(t *testing.T) {
	p := newProvider(t, "headers")
	stapsdt.MustProbe1[string](p, "p", "<script>"[1:7]).Describe("<script>alert(1)</script>")
	server := newServer(t)
	for _, path := range []string{"", "probes", "trace", "trace?probe=headers:p&seconds=0.01", "x"} {
		response, text := get(t, server+path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
			"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := response.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%q: %s is %q", path, name, got)
			}
		}
		isHTML := strings.HasPrefix(response.Header.Get("Content-Type"), "text/html")
		if isHTML != (path == "") || isHTML && strings.Contains(text, "<script>alert") {
			t.Errorf("%q: %s", path, text)
		}
	}
}

func TestMethods(t *testing.T) {
	server := newServer(t)
	for path, want := range map[string][3]int{
		"probes": {200, 200, 405}, "load": {405, 405, 400}, "unload": {405, 405, 400},
		"trace": {400, 405, 405}, "": {200, 200, 405},
	} {
		for i, method := range []string{"GET", "HEAD", "POST"} {
			response, _ := do(t, method, server+path, "")
			if response.StatusCode != want[i] {
				t.Errorf("%s %s: %s, want %d", method, path, response.Status, want[i])
			}
			allow := response.Header.Get("Allow")
			if response.StatusCode == 405 && (allow == "" || strings.Contains(allow, method)) {
				t.Errorf("%s %s: allowed is %q", method, path, allow)
			}
		}
	}
}

// TestMounts: the handler works below any prefix.
func TestMounts(t *testing.T) {
	newProvider(t, "mounts")
	stripped := http.NewServeMux()
	stripped.Handle("/a/b/", http.StripPrefix("/a/b", Handler()))
	stripped.Handle("/c/", http.StripPrefix("/c/", Handler()))
	stripped.Handle("/d", http.StripPrefix("/d", Handler()))
	whole := http.NewServeMux()
	whole.Handle("GET /a/b/", Handler())
	whole.Handle("POST /a/b/", Handler())
	whole.Handle("GET /", http.NotFoundHandler())
	for name, mux := range map[string]http.Handler{
		"stripped": stripped, "whole": whole, "default": http.DefaultServeMux,
	} {
		server := httptest.NewServer(mux)
		defer server.Close()
		prefix := "/a/b/"
		if name == "default" {
			prefix = "/debug/usdt/"
		}
		for path, want := range map[string]int{
			"": 200, "probes": 200, "load": 405, "probes/": 200, "x": 404,
		} {
			if response, _ := get(t, server.URL+prefix+path); response.StatusCode != want {
				t.Errorf("%s: %s%s: %s, want %d", name, prefix, path, response.Status, want)
			}
		}
	}
	server := httptest.NewServer(stripped)
	defer server.Close()
	if response, _ := get(t, server.URL+"/c/probes"); response.StatusCode != 200 {
		t.Errorf("/c/probes: %s", response.Status)
	}
	response, _ := get(t, server.URL+"/d")
	location, err := response.Location()
	if err != nil || response.StatusCode != http.StatusMovedPermanently || location.Path != "/d/" {
		t.Errorf("/d: %s, %v, %v", response.Status, location, err)
	}
}

// TestLimits: requests cannot take more of the program than documented.
func TestLimits(t *testing.T) {
	p := newProvider(t, "limits")
	stapsdt.MustProbe1[int](p, "p", "n")
	server := newServer(t)
	big := openStream(t, server+fmt.Sprint("trace?probe=limits:p&buffer=", MaxBuffer/2))
	// It takes the other half: the size is rounded up.
	openStream(t, server+fmt.Sprint("trace?probe=limits:p&buffer=", MaxBuffer/4+1))
	response, text := get(t, server+"trace?probe=limits:p&buffer=65536")
	if response.StatusCode != http.StatusTooManyRequests ||
		!strings.Contains(text, "of 67108864 bytes") {
		t.Errorf("%s: %s", response.Status, text)
	}
	for range MaxListeners - 2 {
		openStream(t, server+"count?probe=limits:p")
	}
	for _, path := range []string{
		"count?probe=limits:p", "hist?probe=limits:p&arg=n&buffer=65536", "trace?probe=limits:p",
	} {
		response, text := get(t, server+path)
		if response.StatusCode != http.StatusTooManyRequests ||
			!strings.Contains(text, "end one, or try") {
			t.Errorf("%s: %s %s", path, response.Status, text)
		}
	}
	big.cancel()
	await(t, "a place is free", func() bool { return inUse() < MaxListeners })
	openStream(t, server+"trace?probe=limits:p")
}
