package stapsdthttp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

// A handler below a path of the program's choice, and a client that counts for a moment.
func ExampleHandler() {
	shop := stapsdt.MustProvider("shop")
	defer shop.Close()
	order := stapsdt.MustProbe1[uint64](shop, "order", "id").Describe("A customer orders.")

	mux := http.NewServeMux()
	mux.Handle("/internal/probes/", stapsdthttp.Handler())
	server := httptest.NewServer(mux)
	defer server.Close()

	response, err := http.Get(server.URL + "/internal/probes/trace?probe=shop:order&limit=1")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	order.Fire(7)
	lines, err := io.ReadAll(response.Body)
	fmt.Printf("...%s%v\n", lines[len(lines)-61:], err)
	// Output:
	// ..."args":[7],"fields":{"id":7}}
	// {"events":1,"lost":0,"end":""}
	// <nil>
}
