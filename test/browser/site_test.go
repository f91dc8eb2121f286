//go:build linux && (amd64 || arm64)

package browser

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

// listenElsewhere listens at an address of this machine that is not a loopback one.
func listenElsewhere(t *testing.T) net.Listener {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		ip, isIP := a.(*net.IPNet)
		if !isIP || ip.IP.To4() == nil || ip.IP.IsLoopback() {
			continue
		}
		if l, err := net.Listen("tcp", net.JoinHostPort(ip.IP.String(), "0")); err == nil {
			return l
		}
	}
	testenv.Lacks(t, fmt.Errorf("no IPv4 address but the loopback one"))
	return nil
}

// TestOtherSite: browsers do not say who asks when the address is not a loopback one. The page
// works there all the same, and other sites get nothing from it.
func TestOtherSite(t *testing.T) {
	s := newShop(t)
	var asked, silent, refused atomic.Int32 // requests of the other site
	handler := stapsdthttp.Handler()
	server := httptest.NewUnstartedServer(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			if !r.URL.Query().Has("interval") { // with which the page asks
				asked.Add(1)
				if r.Header.Get("Sec-Fetch-Site") == "" {
					silent.Add(1)
				}
				watched := &statusWriter{ResponseWriter: w}
				handler.ServeHTTP(watched, r)
				if watched.status == http.StatusForbidden {
					refused.Add(1)
				}
				return
			}
			handler.ServeHTTP(w, r)
		}))
	_ = server.Listener.Close()
	server.Listener = listenElsewhere(t)
	server.Start()
	t.Cleanup(server.Close)

	b := openTab(t)
	b.open(server.URL + "/")
	wait(b, "0", field, "shop:order_start", "total")
	s.start.Fire(1, "Ada")
	wait(b, "1", field, "shop:order_start", "total")
	b.click(`a[href="probes"]`)
	wait(b, true, `return document.body.innerText.includes('"order_start"')`)

	trace := server.URL + "/trace?probe=*:*&seconds=600"
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<html><img src="%[1]s"><iframe src="%[1]s"></iframe><script>
			window.failed = 0;
			fetch('%[1]s', {mode: 'no-cors', referrerPolicy: 'no-referrer'}).catch(() => 0);
			fetch('%[1]s', {headers: {'Stapsdt-Page': '1'}}).catch(() => window.failed = 1);
			</script></html>`, trace)
	}))
	t.Cleanup(other.Close)
	asked.Store(0)
	silent.Store(0)
	refused.Store(0)
	b.open(other.URL)
	wait(b, 1.0, `return window.failed`)
	const sent = 3 // the image, the frame and the first fetch
	await(t, func() bool { return refused.Load() >= sent })
	if s.start.Heard() {
		t.Error("another site listens")
	}
	t.Logf("the other site asked %d times, the browser did not say so %d times", asked.Load(),
		silent.Load())
	if silent.Load() == 0 {
		t.Error("the browser has said who asks each time, so the test shows nothing")
	}
}

// statusWriter knows the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
