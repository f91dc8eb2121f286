package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// TestRun counts what a shop is asked that is closed at first, and then fails once.
func TestRun(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.Method]++
		switch n := asked["GET"] + asked["POST"]; {
		case n == 1, n == 5:
			w.WriteHeader(http.StatusInternalServerError)
		case r.URL.Path == "/articles/sofa":
			w.WriteHeader(http.StatusNotFound)
		case r.Method == "POST":
			w.WriteHeader(http.StatusCreated)
		}
		if asked["POST"] == 10 {
			cancel()
		}
	}))
	defer shop.Close()
	c := client{base: shop.URL}
	err := c.run(ctx, time.Millisecond)
	if err == nil || err.Error() != "1 of them failed" {
		t.Errorf("run: %v, want one failure", err)
	}
	shop.Close() // no request is under way any more
	if asked["GET"] != 12 || asked["POST"] != 10 {
		t.Errorf("asked %v, want 2 GET at the door, then GET and POST in turn, 10 each", asked)
	}
}
