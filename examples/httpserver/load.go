package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"sync/atomic"
)

var answered atomic.Uint64

// load is a client. It sends a request as soon as the one before is answered, until the end of ctx:
// it looks at four articles for each order.
func load(ctx context.Context, url string) {
	for n := 0; ctx.Err() == nil; n++ {
		method, path := http.MethodGet, "/articles/cup"
		if n%5 == 4 {
			method, path = http.MethodPost, "/orders"
		}
		if err := send(ctx, method, url+path); err != nil && ctx.Err() == nil {
			log.Print(err)
			return
		}
		const report = 1000
		if all := answered.Add(1); all%report == 0 {
			fmt.Println(all, "requests are answered")
		}
	}
}

func send(ctx context.Context, method, url string) error {
	request, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
