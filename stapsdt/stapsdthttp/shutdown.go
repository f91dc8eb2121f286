package stapsdthttp

import (
	"context"
	"net/http"
	"sync"
)

// shutdowns has a context for each server that was asked for a long answer, which is done when the
// server shuts down. It stays: a request that the server had read by then may come here afterwards.
var shutdowns struct {
	sync.Mutex
	contexts map[*http.Server]context.Context
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
	if ctx := shutdowns.contexts[server]; ctx != nil {
		return ctx
	}
	if shutdowns.contexts == nil {
		shutdowns.contexts = make(map[*http.Server]context.Context)
	}
	ctx, cancel := context.WithCancel(context.Background())
	shutdowns.contexts[server] = ctx
	server.RegisterOnShutdown(cancel)
	return ctx
}
