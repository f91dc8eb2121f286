package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os/signal"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	_ "github.com/go-usdt/usdt/internal/command/internal/quiet" // before stapsdthttp
	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

const demoServerCommand = "demo-server"

func newDemoServerCommand() *cobra.Command {
	return &cobra.Command{
		Use:    demoServerCommand,
		Short:  "Be the program that usdt demo traces, until the end of the input",
		Hidden: true,
		Args:   cobra.ExactArgs(1), // the path of a socket to be made
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			// Ctrl-C is meant for usdt demo, which closes the input of this process once it has
			// read the last event.
			signal.Ignore(endSignals...)
			demo, err := newDemo()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, demo.provider.Close()) }()
			listener, err := net.Listen("unix", args[0])
			if err != nil {
				return err
			}
			server := &http.Server{Handler: stapsdthttp.Handler(), ReadHeaderTimeout: time.Second}
			go func() { _ = server.Serve(listener) }() // until Close
			defer server.Close()
			fmt.Fprintln(cmd.OutOrStdout(), demo.state())
			ctx, cancel := context.WithCancel(cmd.Context())
			go func() {
				defer cancel()
				_, _ = io.Copy(io.Discard, cmd.InOrStdin())
			}()
			demo.serve(ctx)
			return nil
		},
	}
}

// demo pretends to be a server.
type demo struct {
	provider *stapsdt.Provider
	loadErr  error // why the kernel finds no probes
	start    *stapsdt.Probe4[uint64, string, string, time.Duration]
	end      *stapsdt.Probe2[uint64, int32]
}

func newDemo() (*demo, error) {
	provider, err := stapsdt.NewProvider("demo")
	if err != nil {
		return nil, err
	}
	d := &demo{provider: provider}
	d.start, err = stapsdt.NewProbe4[uint64, string, string, time.Duration](provider,
		"request_start", "id", "method", "path", "deadline")
	if err != nil {
		return nil, err
	}
	d.end, err = stapsdt.NewProbe2[uint64, int32](provider, "request_end", "id", "status")
	if err != nil {
		return nil, err
	}
	d.start.Describe("A request has come.")
	d.end.Describe("The answer has been sent.")
	d.loadErr = provider.Load()
	return d, nil
}

// isLoaded is the state of a demo that the kernel can trace; any other state is the reason.
const isLoaded = "loaded"

// state is one line.
func (d *demo) state() string {
	if d.loadErr == nil {
		return isLoaded
	}
	return strings.ReplaceAll(d.loadErr.Error(), "\n", "; ")
}

// serve starts 200 requests a second until ctx ends.
func (d *demo) serve(ctx context.Context) {
	var requests sync.WaitGroup
	defer requests.Wait()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for id := uint64(1); ; id++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			requests.Add(1)
			go func() {
				defer requests.Done()
				d.request(id)
			}()
		}
	}
}

func (d *demo) request(id uint64) {
	const deadline = 1500 * time.Millisecond
	paths := []string{"/", "/index.html", "/cart", "/search?q=tea", "/images/teapot.jpg"}
	method := "GET"
	if id%5 == 0 {
		method = "POST"
	}
	path := paths[rand.IntN(len(paths))] // #nosec G404 -- invented, no secret
	d.start.Fire(id, method, path, deadline)
	time.Sleep(latency())
	status := int32(200)
	if id%50 == 0 {
		status = 418
	}
	d.end.Fire(id, status)
}

// latency is distributed as that of real servers: most requests take a few milliseconds, some much
// longer.
func latency() time.Duration {
	const median, spread = 3 * time.Millisecond, 0.8
	normal := rand.NormFloat64() // #nosec G404 -- invented, no secret
	return time.Duration(float64(median) * math.Exp(spread*normal))
}
