// Shop is an HTTP service with probes. It sells what is in its catalogue, and prints a line for
// each order with the values that a tracer sees of it, so that the two can be compared.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/stapsdthttp" // the page for debugging
	_ "github.com/go-usdt/usdt/stapsdt/static"      // slots for usdt embed
)

func main() {
	log.SetFlags(0)
	listen := flag.String("listen", "127.0.0.1:8080", "`address` to serve at")
	debug := flag.String("debug", "", "loopback `address` for /debug/usdt/ (default: none)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *debug); err != nil {
		log.Fatal(err)
	}
}

// run serves until the end of ctx; with an address for debugging, also the page of the probes.
func run(ctx context.Context, address, debug string) error {
	if err := stapsdt.Load(); err != nil {
		log.Printf("tracing probes are off: %v", err) // the service goes on
	}
	defer stapsdt.Close()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	log.Printf("process %d serves at http://%v, probes are in %q", os.Getpid(), listener.Addr(),
		provider.Path())

	if debug != "" {
		page, err := net.Listen("tcp", debug)
		if err != nil {
			return err
		}
		defer page.Close()
		go func() { _ = newServer(http.DefaultServeMux).Serve(page) }()
	}
	server := newServer(newShop(os.Stdout))
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(server.Shutdown(patience), stapsdt.Close())
}

func newServer(handler http.Handler) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
}
