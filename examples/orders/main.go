// Orders is an HTTP service with a SQLite database and the ready-made probes: those of log records,
// requests that it serves and sends, statements, spans, a function, and the Go runtime.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-usdt/usdt/instrument/httpprobe"
	"github.com/go-usdt/usdt/instrument/runtimeprobe"
	"github.com/go-usdt/usdt/instrument/slogprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

func main() {
	log.SetFlags(0)
	listen := flag.String("listen", "127.0.0.1:8080", "`address` to serve at")
	path := flag.String("db", ":memory:", "`file` of the database")
	bank := flag.String("bank", "", "`URL` that payments are sent to (default: the service's own)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *path, *bank); err != nil {
		log.Fatal(err)
	}
}

// run serves until the end of ctx.
func run(ctx context.Context, listen, path, bank string) (err error) {
	if err := stapsdt.Load(); err != nil {
		log.Printf("tracing probes are off: %v", err) // the service goes on
	}
	defer stapsdt.Close()
	defer runtimeprobe.Start(time.Second)()
	logger := slog.New(slogprobe.New(slog.NewJSONHandler(os.Stderr, nil)))

	db, err := openStore(ctx, path)
	if err != nil {
		return fmt.Errorf("open the database %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	if bank == "" {
		bank = "http://" + listener.Addr().String() + "/payments"
	}
	logger.Info("serving", "pid", os.Getpid(), "url", "http://"+listener.Addr().String())

	server := &http.Server{
		Handler:           httpprobe.Handler(newService(db, bank, logger)),
		ReadHeaderTimeout: 5 * time.Second,
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(patience)
}
