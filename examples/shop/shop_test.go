package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestShop(t *testing.T) {
	for _, test := range []struct {
		name, method, target, form string
		status                     int
		body, log                  string
	}{
		{"price", "GET", "/articles/cup", "", http.StatusOK, "390\n", ""},
		{"no such article", "GET", "/articles/sofa", "", http.StatusNotFound, "404 page not found\n", ""},
		{"order", "POST", "/orders", "customer=Ada&article=teapot", http.StatusCreated, "1\n",
			"order 1 of Ada: 2450\n"},
		{"voucher", "POST", "/orders", "customer=Zoë&article=voucher", http.StatusCreated, "1\n",
			"order 1 of Zoë: -500\n"},
		{"order of nothing", "POST", "/orders", "customer=Ada", http.StatusUnprocessableEntity,
			"no such article\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
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
		})
	}
}
