//go:build linux

package guest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Ports of the services.
const (
	shopPort  = 8081
	otherPort = 8082
	userPort  = 8083
	boxPort   = 8084
)

// order has a customer order so many times.
func order(t *testing.T, port int, customer string, times int) {
	t.Helper()
	shop := fmt.Sprintf("http://127.0.0.1:%d/orders", port)
	form := url.Values{"article": {"cup"}, "customer": {customer}}
	for range times {
		response, err := http.PostForm(shop, form)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %s", shop, response.Status)
		}
	}
}

// awaitShop waits until a service answers.
func awaitShop(t *testing.T, port int) {
	t.Helper()
	eventually(t, func() error {
		_, err := get(fmt.Sprintf("http://127.0.0.1:%d/articles/cup", port))
		return err
	})
}

// A listed probe is one of a process, as usdt list shows it.
type listed struct {
	Provider, Probe string
	PID             int
	Container       string
	Traced          bool
}

// list returns the processes that have the shop's probe, of those that the flags choose. It fails
// if there is none.
func list(flags ...string) (found []listed, err error) {
	text, err := output(usdt, append([]string{"list", "--json"}, flags...)...)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(text) {
		var l listed
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		if l.Provider+":"+l.Probe == "shop:order" {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		err = fmt.Errorf("usdt list %s has no shop:order:\n%s", strings.Join(flags, " "), text)
	}
	return found, err
}
