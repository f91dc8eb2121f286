package podlist

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/cgroup"
)

// forever is the patience of tests that are not about it: a machine can be slow.
const forever = time.Hour

// serve answers every request with a text.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestList(t *testing.T) {
	const answer = `{"kind":"PodList","metadata":{"resourceVersion":""},"items":[
		{"metadata":{"name":"shop-1","namespace":"shop","uid":"a","labels":{"uid":"x"}},
		 "spec":{"containers":[{"name":"c"}]}},
		{"metadata":{"name":"etcd","namespace":"kube-system","uid":"b"}}],"more":[1,{"items":2}]}`
	got, err := Source{URL: serve(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, answer)
	})}.list(forever)
	want := []cgroup.Pod{
		{UID: "a", Namespace: "shop", Name: "shop-1"},
		{UID: "b", Namespace: "kube-system", Name: "etcd"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestAnswers: what is no list of some pods is an error that says so.
func TestAnswers(t *testing.T) {
	pods := func(n int) string { return `{"items":[{}` + strings.Repeat(",{}", n-1) + `]}` }
	for name, test := range map[string]struct{ answer, want string }{
		"none":           {`{"items":[]}`, ""},
		"null":           {`{"items":null}`, ""},
		"many":           {pods(maxPods), ""},
		"too many":       {pods(maxPods + 1), "more than 4096 pods"},
		"too large":      {`{"x":"` + strings.Repeat("x", maxBytes) + `"}`, "more than 16 MiB"},
		"a large pod":    {`{"items":[{"x":"` + strings.Repeat("x", maxBytes), "more than 16 MiB"},
		"deep":           {`{"items":` + strings.Repeat("[", 1<<20), "max depth"},
		"deep elsewhere": {`{"x":` + strings.Repeat("[", 1<<20), "max depth"},
		"empty":          {"", "no list of pods"},
		"text":           {"<html>", "no list of pods"},
		"an array":       {"[]", "no list of pods"},
		"an object":      {"{}", "no list of pods"},
		"another kind":   {`{"kind":"Status"}`, "no list of pods"},
		"a wrong item":   {`{"items":[1]}`, "cannot unmarshal"},
		"wrong items":    {`{"items":{}}`, "no list of pods"},
		"cut":            {`{"items":[{}`, "EOF"},
		"cut at the end": {`{"items":[]`, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Source{URL: serve(t, func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, test.answer) // the client need not read all of it
			})}.list(forever)
			if got := fmt.Sprint(err); err == nil && test.want != "" || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestSlow: one that does not answer, or does not end its answer, holds nobody up.
func TestSlow(t *testing.T) {
	for name, begin := range map[string]string{"silent": "", "endless": `{"items":[`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := Source{URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, begin)
				for r.Context().Err() == nil && begin != "" {
					_, _ = io.WriteString(w, " ")
					_ = http.NewResponseController(w).Flush()
				}
				<-r.Context().Done()
			})}
			start := time.Now()
			if pods, err := source.List(); err == nil {
				t.Errorf("it has %v", pods)
			}
			if took := time.Since(start); took > 30*patience {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	status := func(code int) string {
		return serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
			fmt.Fprint(w, `{"items":[]}`)
		})
	}
	for url, want := range map[string]string{
		status(http.StatusUnauthorized):     "this account may not list pods",
		status(http.StatusForbidden):        "this account may not list pods",
		status(http.StatusFound):            "it answers 302",
		status(http.StatusNotFound):         "it answers 404",
		"10.0.0.1:10250":                    "want https://",
		"https:///pods":                     "want https://",
		"file:///etc/passwd":                "want https://",
		"https://user:secret@node/pods":     "want https://",
		"http://127.0.0.1:1/\x1b[31m":       "want https://",
		"http://" + "127.0.0.1:1" + "/pods": "refused",
	} {
		_, err := Source{URL: url}.list(forever)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
}

// TestToken: a token is sent by TLS, to who has the right certificate, and to nobody else.
func TestToken(t *testing.T) {
	var got string
	handler := func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization")
		fmt.Fprint(w, `{"items":[]}`)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(handler))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes fail
	server.StartTLS()
	t.Cleanup(server.Close)
	token, ca := filepath.Join(t.TempDir(), "token"), filepath.Join(t.TempDir(), "ca.crt")
	certificate := pem.EncodeToMemory(&pem.Block{
		Type: "CERTIFICATE", Bytes: server.Certificate().Raw,
	})
	for path, text := range map[string][]byte{token: []byte("secret\n"), ca: certificate} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain := serve(t, handler)
	for _, test := range []struct {
		source    Source
		want, err string
	}{
		{Source{server.URL, token, ca}, "Bearer secret", ""},
		{Source{server.URL, "", ca}, "", ""},
		{Source{plain, token, ca}, "", ""},
		{Source{server.URL, token, ""}, "", "unknown authority"},
		{Source{server.URL, token, token}, "", "no certificates"},
		{Source{server.URL, ca + "x", ca}, "", "no such file"},
		{Source{server.URL, ca, ca}, "", "invalid header field value"},
		{Source{server.URL, "/dev/zero", ca}, "", "not a regular file"},
	} {
		got = ""
		_, err := test.source.list(forever)
		if got != test.want || test.err == "" && err != nil ||
			test.err != "" && !strings.Contains(fmt.Sprint(err), test.err) {
			t.Errorf("%v: %q, %v", test.source, got, err)
		}
		if strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%v: the error has the token: %v", test.source, err)
		}
	}
}
