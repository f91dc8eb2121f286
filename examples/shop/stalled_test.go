package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

// BenchmarkStalledReader compares the shop's requests while nobody listens with those while a
// client has asked for all events and does not read. The two take turns, so that the noise of the
// machine is in both. ns/order and ns/order-stalled are of the median round.
func BenchmarkStalledReader(b *testing.B) {
	shop := httptest.NewServer(newShop(io.Discard))
	defer shop.Close()
	probes := httptest.NewServer(stapsdthttp.Handler())
	defer probes.Close()
	var alone, stalled []float64
	measureAlone := func() {
		round(b, shop.URL) // as below
		alone = append(alone, round(b, shop.URL))
	}
	measureStalled := func() {
		client := stall(b, probes.URL)
		round(b, shop.URL) // fills all buffers, by some 6 MB
		stalled = append(stalled, round(b, shop.URL))
		client.Close()
		for order.Heard() {
			time.Sleep(time.Millisecond)
		}
	}
	for i := 0; b.Loop(); i++ {
		if i%2 == 0 {
			measureAlone()
			measureStalled()
		} else {
			measureStalled()
			measureAlone()
		}
	}
	b.ReportMetric(median(alone), "ns/order")
	b.ReportMetric(median(stalled), "ns/order-stalled")
	b.ReportMetric(median(stalled)/median(alone), "ratio")
}

// round returns how long an order takes when several customers order at once, in nanoseconds.
func round(b *testing.B, shop string) float64 {
	const customers, orders = 4, 500
	form := url.Values{"article": {"cup"}, "customer": {strings.Repeat("Ada", 1000)}}
	began := time.Now()
	var all sync.WaitGroup
	for range customers {
		all.Go(func() {
			for range orders {
				response, err := http.PostForm(shop+"/orders", form)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		})
	}
	all.Wait()
	return float64(time.Since(began).Nanoseconds()) / (customers * orders)
}

// stall asks for all events, and reads the header of the answer only.
func stall(b *testing.B, probes string) net.Conn {
	b.Helper()
	address := strings.TrimPrefix(probes, "http://")
	client, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	if err := client.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(client, "GET /trace?probe=shop:*&buffer=65536 HTTP/1.1\r\nHost: %s\r\n\r\n", address)
	line, err := bufio.NewReaderSize(client, 16).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 200") {
		b.Fatal(line, err)
	}
	return client
}

func median(of []float64) float64 { return slices.Sorted(slices.Values(of))[len(of)/2] }
