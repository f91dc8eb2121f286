package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/go-usdt/usdt/instrument/httpprobe"
	"github.com/go-usdt/usdt/instrument/slogprobe"
)

// customers has some customers order, in a new service, and looks at the answers. The bank asks
// for the price before it charges, so that no other request can take as long as an order does.
func customers(t *testing.T) {
	t.Helper()
	db, err := openStore(t.Context(), ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var shop *httptest.Server
	bank := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		response, err := http.Get(shop.URL + "/articles/cup")
		if err != nil {
			t.Error(err)
			return
		}
		response.Body.Close()
	}))
	defer bank.Close()
	log := slog.New(slogprobe.New(slog.DiscardHandler))
	shop = httptest.NewServer(httpprobe.Handler(newService(db, bank.URL+"/pay", log)))
	defer shop.Close()
	for _, order := range []struct {
		customer, article string
		status            int
		answer            string
	}{
		{"Ada", "teapot", http.StatusCreated, "1\n"},
		{"Ada", "sofa", http.StatusCreated, "2\n"},
		{"Bob", "sofa", http.StatusInternalServerError, "Internal Server Error\n"},
		{"Adam", "cup", http.StatusCreated, "3\n"},
		{"Bob", "rug", http.StatusNotFound, "Not Found\n"},
	} {
		form := url.Values{"customer": {order.customer}, "article": {order.article}}
		response, err := http.PostForm(shop.URL+"/orders", form)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != order.status || string(answer) != order.answer || err != nil {
			t.Errorf("%v: %s, %q, %v", order, response.Status, answer, err)
		}
	}
}

func TestOrders(t *testing.T) { customers(t) }
