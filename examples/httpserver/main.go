// Httpserver is an HTTP server with probes of its requests, and some clients that keep it busy. Its
// probes tell which route takes how long.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "`address` to serve at")
	clients := flag.Int("clients", 4, "`number` of clients")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *listen, *clients); err != nil {
		log.Fatal(err)
	}
}

// run serves until the end of ctx.
func run(ctx context.Context, address string, clients int) error {
	if err := provider.Load(); err != nil {
		log.Print("nobody can trace: ", err)
	}
	defer provider.Close()
	fmt.Println("process", os.Getpid())
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: traced(routes()), ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	for range clients {
		go load(ctx, "http://"+listener.Addr().String())
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(patience)
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /articles/{name}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "390 cents")
	})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(5 * time.Millisecond) // the database
		w.WriteHeader(http.StatusCreated)
	})
	return mux
}
