package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// TestShop looks at the answer, the log and the probes of a request.
func TestShop(t *testing.T) {
	for _, test := range []struct {
		name, method, target, form string
		status                     int
		body, log                  string
		orders                     []stapsdttest.Event
	}{
		{"price", "GET", "/articles/cup", "", http.StatusOK, "390\n", "", nil},
		{"no such article", "GET", "/articles/sofa", "", http.StatusNotFound, "404 page not found\n", "",
			nil},
		{"order", "POST", "/orders", "customer=Ada&article=teapot", http.StatusCreated, "1\n",
			"order 1 of Ada: 2450\n", events(stapsdttest.Fired(order, 1, "Ada", 2450))},
		{"voucher", "POST", "/orders", "customer=Zoë&article=voucher", http.StatusCreated, "1\n",
			"order 1 of Zoë: -500\n", events(stapsdttest.Fired(order, 1, "Zoë", -500))},
		{"order of nothing", "POST", "/orders", "customer=Ada", http.StatusUnprocessableEntity,
			"no such article\n", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			recorder := stapsdttest.Record(t, provider)
			var log bytes.Buffer
			response := httptest.NewRecorder()
			form, err := url.ParseQuery(test.form)
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequest(test.method, test.target, strings.NewReader(form.Encode()))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			newShop(&log).ServeHTTP(response, request)
			if response.Code != test.status || response.Body.String() != test.body ||
				log.String() != test.log {
				t.Errorf("status %d, body %q, log %q; want %d, %q, %q",
					response.Code, response.Body, &log, test.status, test.body, test.log)
			}
			recorder.Want(test.orders...)
		})
	}
}

func events(list ...stapsdttest.Event) []stapsdttest.Event { return list }
