package httpprobe_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/go-usdt/usdt/instrument/httpprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// A server and a client whose requests can be traced, as by
//
//	usdt latency -p PID http_server:request --by path
func Example() {
	if err := stapsdt.Load(); err != nil {
		log.Println("tracing probes are off:", err) // the program goes on
	}
	defer stapsdt.Close()

	mux := http.NewServeMux()
	mux.HandleFunc("GET /prices/{article}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, r.PathValue("article"), "390")
	})
	server := httptest.NewServer(httpprobe.Handler(mux))
	defer server.Close()

	client := &http.Client{Transport: httpprobe.Transport(nil)}
	answer, err := client.Get(server.URL + "/prices/cup")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	fmt.Print(string(text))
	// Output: cup 390
}
