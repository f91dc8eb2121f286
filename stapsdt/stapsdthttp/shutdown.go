package stapsdthttp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"sync"
	"weak"
)

// shutdowns has a context for each server that was asked for a long answer, which is done when the
// server shuts down. It stays for as long as there is the server, which it does not hold: a request
// that the server had read by then may come here afterwards.
var shutdowns struct {
	sync.Mutex
	contexts map[weak.Pointer[http.Server]]context.Context
}

// untilShutdown returns the context of the request, which is done also when the server shuts down:
// Shutdown waits for all answers, and one may take a day. The caller cancels it.
func untilShutdown(r *http.Request) (context.Context, func()) {
	ctx, cancel := context.WithCancel(r.Context())
	server, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	if server == nil {
		return ctx, cancel
	}
	stop := context.AfterFunc(shutdownOf(server), cancel)
	return ctx, func() { stop(); cancel() }
}

func shutdownOf(server *http.Server) context.Context {
	shutdowns.Lock()
	defer shutdowns.Unlock()
	key := weak.Make(server)
	if ctx := shutdowns.contexts[key]; ctx != nil {
		return ctx
	}
	if shutdowns.contexts == nil {
		shutdowns.contexts = make(map[weak.Pointer[http.Server]]context.Context)
	}
	ctx, cancel := context.WithCancel(context.Background())
	shutdowns.contexts[key] = ctx
	runtime.AddCleanup(server, forget, key)
	server.RegisterOnShutdown(cancel)
	if isShuttingDown(server) {
		cancel() // what is registered now is not called any more
	}
	return ctx
}

func forget(server weak.Pointer[http.Server]) {
	shutdowns.Lock()
	defer shutdowns.Unlock()
	delete(shutdowns.contexts, server)
}

// isShuttingDown asks a server in the one way that there is: Serve refuses then. Otherwise it ends
// at once, because nothing can be accepted. But it would pass this listener to the program's
// BaseContext, if there is one, which may expect its own: then nobody asks.
func isShuttingDown(server *http.Server) bool {
	return server.BaseContext == nil && errors.Is(server.Serve(closedListener{}), http.ErrServerClosed)
}

// closedListener accepts nothing.
type closedListener struct{}

func (closedListener) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (closedListener) Close() error              { return nil }
func (closedListener) Addr() net.Addr            { return &net.TCPAddr{} }
