// Load is a customer of the example shop: it asks for prices and places orders, at a steady rate
// and for a limited time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(0)
	c := client{http: http.Client{Timeout: 5 * time.Second}}
	flag.StringVar(&c.base, "url", "http://127.0.0.1:8080", "`URL` of the shop")
	rate := flag.Int("rate", 20, "requests per second, `1` to 1000")
	limit := flag.Duration("for", 10*time.Minute, "stop after this `time`")
	flag.Parse()
	if *rate < 1 || *rate > 1000 {
		log.Fatalf("-rate %d: it can be 1 to 1000", *rate)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	if err := c.run(ctx, time.Second/time.Duration(*rate)); err != nil {
		log.Fatal(err)
	}
}

// A client sends requests to one shop.
type client struct {
	http http.Client
	base string
}

// run sends a request in each period, after the answer to the one before, until the end of ctx. It
// does not give up if the shop does not answer: a debugger may have stopped it.
func (c *client) run(ctx context.Context, period time.Duration) error {
	if err := c.await(ctx); err != nil {
		return err
	}
	failed := 0
	tick := time.NewTicker(period)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			log.Printf("sent %d requests", n)
			if failed > 0 {
				return fmt.Errorf("%d of them failed", failed)
			}
			return nil
		case <-tick.C:
		}
		if err := c.send(ctx, n); err != nil && ctx.Err() == nil {
			log.Print(err)
			failed++
		}
	}
}

// await waits until the shop answers, which may start later than its customers do.
func (c *client) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := c.get(ctx, "cup", http.StatusOK)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("is the shop open? %w", err)
		case <-tick.C:
		}
	}
}

var (
	articles  = []string{"teapot", "cup", "saucer", "voucher"}
	customers = []string{"Ada", "Grace", "Zoë"}
)

// send sends the nth request: a price or an order, in turn, and sometimes something that the shop
// does not have.
func (c *client) send(ctx context.Context, n int) error {
	article := articles[n/2%len(articles)]
	switch {
	case n%2 == 1:
		return c.order(ctx, customers[n%len(customers)], article)
	case n%50 == 0:
		return c.get(ctx, "sofa", http.StatusNotFound)
	}
	return c.get(ctx, article, http.StatusOK)
}

func (c *client) get(ctx context.Context, article string, want int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/articles/"+article, nil)
	if err != nil {
		return err
	}
	return c.do(request, want)
}

func (c *client) order(ctx context.Context, customer, article string) error {
	query := url.Values{"customer": {customer}, "article": {article}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/orders?"+query, nil)
	if err != nil {
		return err
	}
	return c.do(request, http.StatusCreated)
}

func (c *client) do(request *http.Request, want int) error {
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode != want {
		return fmt.Errorf("%s %s: %s", request.Method, request.URL, response.Status)
	}
	return nil
}
