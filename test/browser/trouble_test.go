//go:build linux && (amd64 || arm64)

package browser

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

// TestTracer: the page says whether the kernel traces a probe.
func TestTracer(t *testing.T) {
	s := newShop(t)
	if err := s.provider.Load(); err != nil {
		t.Fatal(err)
	}
	b := openPage(t)
	wait(b, "no", field, "shop:order_start", "tracer")
	c, err := counter.OpenProbe(s.provider.Path(), "order_start")
	if err != nil {
		testenv.Lacks(t, err)
	}
	wait(b, "attached", field, "shop:order_start", "tracer")
	wait(b, "no", field, "shop:order_done", "tracer")
	s.start.Fire(1, "Ada")
	if n, err := c.Value(); n != 1 || err != nil {
		t.Errorf("the kernel counts %d, %v", n, err)
	}
	wait(b, "1", field, "shop:order_start", "total")
	c.Close()
	wait(b, "no", field, "shop:order_start", "tracer")
	b.check()
}

// TestRefused: why a provider is not loaded stays on the page, as text.
func TestRefused(t *testing.T) {
	s := newShop(t)
	b := openPage(t)
	eval[any](b, `const fetch = window.fetch;
		window.fetch = (url, options) => options.method !== 'POST' ? fetch(url, options) :
			Promise.resolve(Response.json([{provider: 'shop', error: 'no <b>memory</b>\u202e'}],
				{status: 500, headers: {'Content-Type': 'application/json'}}))`)
	b.click(`[aria-label="Load shop"]`)
	const refused = `return document.getElementById('refused').innerText`
	wait(b, `no <b>memory</b>\u202e`, refused)
	stapsdt.MustProbe0(s.provider, "later") // the page goes on
	wait(b, "0", field, "shop:later", "total")
	if got := eval[string](b, refused); got == "" {
		t.Error("what was refused is not there any more")
	}
	b.check()
}

// TestComesBack: the page waits for a program that starts again, and counts anew.
func TestComesBack(t *testing.T) {
	s := newShop(t)
	start := func(address string) *httptest.Server {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(stapsdthttp.Handler())
		server.Listener.Close()
		server.Listener = l
		server.Start()
		return server
	}
	server := start("127.0.0.1:0")
	b := openTab(t)
	b.open(server.URL)
	wait(b, "0", field, "shop:order_start", "total")
	s.start.Fire(1, "Ada")
	wait(b, "1", field, "shop:order_start", "total")
	server.CloseClientConnections()
	server.Close()
	wait(b, true, `return document.getElementById('state').innerText.includes('does not answer')`)
	wait(b, "–", field, "shop:order_start", "total")
	server = start(server.Listener.Addr().String())
	t.Cleanup(func() {
		b.do(http.MethodPost, "/url", nil, map[string]string{"url": "about:blank"})
		server.Close()
	})
	wait(b, "Live.", `return document.getElementById('state').innerText`)
	wait(b, "0", field, "shop:order_start", "total")
	s.start.Fire(1, "Ada")
	wait(b, "1", field, "shop:order_start", "total")
}
