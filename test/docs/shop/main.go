// Shop has no customers and pretends to have some: it fires the probes of orders. The pages trace
// it. It hands the probes out at the address -listen, and at the Unix socket that STAPSDT_LISTEN
// names, and its file can have them.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/stapsdthttp"
	_ "github.com/go-usdt/usdt/stapsdt/static"
)

var (
	shop       = stapsdt.MustProvider("shop")
	orderStart = stapsdt.MustProbe3[uint64, string, int64](shop, "order_start",
		"id", "customer", "cents").Describe("A customer orders.")
	orderEnd = stapsdt.MustProbe2[uint64, int32](shop, "order_end",
		"id", "status").Describe("The order is stored.")
)

func main() {
	address := flag.String("listen", "", "`address` to serve at, such as localhost:6060")
	flag.Parse()
	if err := stapsdt.Load(); err != nil {
		log.Print(err)
	}
	if *address != "" {
		serve(*address)
	}
	customers := []string{"Ada", "Grace", "Zoë"}
	for id := uint64(1); ; id++ {
		orderStart.Fire(id, customers[id%3], int64(id%5*1000))
		time.Sleep(time.Duration(id%8+1) * time.Millisecond)
		orderEnd.Fire(id, 200)
	}
}

// serve serves from now on.
func serve(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("serving at", listener.Addr())
	server := &http.Server{ReadHeaderTimeout: time.Second}
	go func() { log.Fatal(server.Serve(listener)) }()
}
