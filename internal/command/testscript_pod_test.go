//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/rogpeppe/go-internal/testscript"
)

// servePods has a server list a pod until the script ends, as a kubelet does, and usdt ask it.
func servePods(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: podserver UID NAMESPACE NAME")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"items":[{"metadata":{"uid":%q,"namespace":%q,"name":%q}}]}`,
			args[0], args[1], args[2])
	}))
	ts.Defer(server.Close)
	ts.Setenv("USDT_PODS_URL", server.URL)
}
