//go:build linux && (amd64 || arm64)

// Package browser holds the tests of the page for people, of package stapsdthttp. The judge is
// Chromium, as Debian builds it, which the tests drive by the protocol WebDriver of the W3C.
package browser

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// tab is a window of a browser of its own, which ends with the test.
type tab struct {
	testing.TB
	session string // its address
}

// chromium has the arguments for a browser that shows nothing and asks nobody but the test. It has
// no sandbox, because root has none.
var chromium = []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
	"--no-first-run", "--disable-background-networking", "--disable-component-update",
	"--disable-sync"}

func openTab(t testing.TB) *tab {
	t.Helper()
	binary, profile := testenv.Tool(t, "chromium"), newProfile(t)
	driver := testenv.Start(t, exec.Command(testenv.Tool(t, "chromedriver"), "--port=0"))
	const started = "started successfully on port "
	line := driver.Next(t)
	for !strings.Contains(line, started) {
		line = driver.Next(t)
	}
	_, port, _ := strings.Cut(line, started)
	address := "http://127.0.0.1:" + strings.TrimSuffix(port, ".")
	t.Cleanup(func() { // chromedriver ends the browser, and itself
		response, err := http.Get(address + "/shutdown")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	})
	const patience = testenv.Patience / time.Millisecond // WebDriver's own is 30 s for a script
	options := map[string]any{
		"binary": binary,
		"args":   append([]string{"--user-data-dir=" + profile}, chromium...),
	}
	var session struct{ SessionID string }
	(&tab{t, address}).do(http.MethodPost, "/session", &session, map[string]any{
		"capabilities": map[string]any{"alwaysMatch": map[string]any{
			"goog:chromeOptions": options, "goog:loggingPrefs": map[string]any{"browser": "ALL"},
			"timeouts": map[string]any{"script": patience, "pageLoad": patience},
		}},
	})
	return &tab{t, address + "/session/" + session.SessionID}
}

// newProfile returns a directory for what a browser writes, up to its very end.
func newProfile(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { await(t, func() bool { return os.RemoveAll(directory) == nil }) })
	return directory
}

// do sends a command, and reads the value of its answer.
func (b *tab) do(method, command string, value, parameters any) {
	b.Helper()
	body, err := json.Marshal(parameters)
	if err != nil {
		b.Fatal(err)
	}
	if parameters == nil {
		body = nil
	}
	request, err := http.NewRequest(method, b.session+command, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	var failure struct{ Message string }
	answer := struct{ Value any }{value}
	if response.StatusCode != http.StatusOK {
		answer.Value = &failure
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		b.Fatalf("%s: %v", command, err)
	}
	if answer.Value == &failure {
		b.Fatalf("%s: %s", command, failure.Message)
	}
}

type none struct{}

func (b *tab) open(url string) {
	b.Helper()
	b.do(http.MethodPost, "/url", nil, map[string]string{"url": url})
}

// cdp sends a command of Chromium's own protocol.
func (b *tab) cdp(command string, parameters any) {
	b.Helper()
	b.do(http.MethodPost, "/goog/cdp/execute", nil, map[string]any{
		"cmd": command, "params": parameters,
	})
}

// eval runs the body of a function in the page, and reads what it returns.
func eval[V any](b *tab, script string, args ...any) (value V) {
	b.Helper()
	b.do(http.MethodPost, "/execute/sync", &value, map[string]any{
		"script": script, "args": append([]any{}, args...),
	})
	return value
}

// wait waits until the body of a function returns what is wanted.
func wait[V comparable](b *tab, want V, script string, args ...any) {
	b.Helper()
	const pause = 50 * time.Millisecond
	var got V
	for end := time.Now().Add(testenv.Patience); time.Now().Before(end); time.Sleep(pause) {
		if got = eval[V](b, script, args...); got == want {
			return
		}
	}
	b.Fatalf("%s\ngot  %v\nwant %v\nthe page:\n%s", script, got, want, b.text("body"))
}

// text returns the text of the first element that a selector finds.
func (b *tab) text(selector string) string {
	b.Helper()
	return eval[string](b, "return document.querySelector(arguments[0]).innerText", selector)
}

// element returns the address of an element.
func (b *tab) element(selector string) string {
	b.Helper()
	var found map[string]string
	b.do(http.MethodPost, "/element", &found, map[string]string{
		"using": "css selector", "value": selector,
	})
	for _, id := range found {
		return "/element/" + id
	}
	b.Fatalf("no element %s", selector)
	return ""
}

// click clicks as people do: on what is seen.
func (b *tab) click(selector string) {
	b.Helper()
	b.do(http.MethodPost, b.element(selector)+"/click", nil, none{})
}

// keys types into what has the focus.
func (b *tab) keys(text string) {
	b.Helper()
	var actions []map[string]string
	for _, key := range text {
		for _, action := range []string{"keyDown", "keyUp"} {
			actions = append(actions, map[string]string{"type": action, "value": string(key)})
		}
	}
	b.do(http.MethodPost, "/actions", nil, map[string]any{"actions": []any{
		map[string]any{"type": "key", "id": "keyboard", "actions": actions},
	}})
}

// errors returns what the browser complained about.
func (b *tab) errors() (complaints []string) {
	b.Helper()
	var entries []struct{ Level, Message string }
	b.do(http.MethodPost, "/se/log", &entries, map[string]string{"type": "browser"})
	for _, e := range entries {
		complaints = append(complaints, fmt.Sprint(e.Level, " ", e.Message))
	}
	return complaints
}

// screenshot writes what is seen to a file, if the user of the test wants to see it.
func (b *tab) screenshot(name string) {
	b.Helper()
	if *screenshots == "" {
		return
	}
	eval[any](b, `window.scrollTo(0, 0)`)
	var encoded string
	b.do(http.MethodGet, "/screenshot", &encoded, nil)
	image, err := base64.StdEncoding.DecodeString(encoded)
	if err == nil {
		err = os.WriteFile(filepath.Join(*screenshots, name+".png"), image, 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
}

func await(t testing.TB, isTrue func() bool) {
	t.Helper()
	for end := time.Now().Add(testenv.Patience); !isTrue(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never true")
		}
	}
}
