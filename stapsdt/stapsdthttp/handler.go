package stapsdthttp

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

func init() {
	// With methods, so that a program's own "GET /" or "/" does not collide.
	h := Handler()
	http.Handle("GET /debug/usdt/", h)
	http.Handle("POST /debug/usdt/", h)
	listenAsAsked()
}

// Config has options of a handler. The zero value stands for the defaults.
type Config struct {
	// Hosts are names by which the program may be asked at a loopback address or a Unix socket,
	// without port, besides localhost and addresses: that which a proxy on the same machine passes
	// on, for instance. "*" stands for all names. See "Security" of the package.
	Hosts []string
}

// Handler returns the handler with the defaults of [Config].
func Handler() http.Handler { return Config{}.Handler() }

// Handler returns a handler for any mux or router, to be mounted below a path that ends with a
// slash, with [http.StripPrefix] or without. It may be mounted several times. It is safe for
// concurrent use.
func (c Config) Handler() http.Handler {
	h := new(handler)
	for _, name := range c.Hosts {
		h.hosts = append(h.hosts, hostName(name))
	}
	return h
}

type handler struct{ hosts []string }

// endpoint is what a path leads to, by its last element.
type endpoint struct {
	methods []string
	serve   func(http.ResponseWriter, *http.Request) error
	listens bool // takes a place of a listener
}

// The methods of endpoints. A HEAD of a stream would have the program listen for nobody.
var (
	getOrHead = []string{http.MethodGet, http.MethodHead}
	getOnly   = []string{http.MethodGet}
	postOnly  = []string{http.MethodPost}
)

var endpoints = map[string]endpoint{
	"probes":  {getOrHead, serveProbes, false},
	"trace":   {getOnly, serveTrace, true},
	"count":   {getOnly, serveCount, true},
	"hist":    {getOnly, serveHist, true},
	"latency": {getOnly, serveLatency, true},
	"load":    {postOnly, serveLoad, false},
	"unload":  {postOnly, serveUnload, false},
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; "+
		"base-uri 'none'; form-action 'none'; sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	if err := h.serve(w, r); err != nil {
		writeRefusal(w, err)
	}
}

// serve returns an error as long as nothing is written.
func (h *handler) serve(w http.ResponseWriter, r *http.Request) error {
	if err := h.checkHost(r); err != nil {
		return err
	}
	if r.URL.Path == "" { // StripPrefix has left nothing of a path without a slash at its end
		return addSlash(w, r)
	}
	e, ok := endpoints[path.Base(r.URL.Path)]
	if !ok || r.URL.Path[len(r.URL.Path)-1] == '/' {
		if err := checkMethod(w, r, getOrHead); err != nil {
			return err
		}
		return page(w, r)
	}
	if err := checkMethod(w, r, e.methods); err != nil {
		return err
	}
	if err := checkOrigin(r); err != nil {
		return err
	}
	if e.listens {
		if err := checkPage(r); err != nil {
			return err
		}
	}
	if r.Method != http.MethodPost {
		if err := checkNoBody(w, r); err != nil {
			return err
		}
	}
	return e.serve(w, r)
}

// checkNoBody refuses a request that announces a body. Package net/http reads the body before it
// answers, for as long as the client likes to send it; and as long as it has not, it does not see
// that the client has gone.
func checkNoBody(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength == 0 && r.Header.Get("Expect") == "" {
		return nil
	}
	w.Header().Set("Connection", "close") // so that it answers without the body
	return badQuery("%s takes no body; send the parameters in the query", r.Method)
}

// addSlash leads to the path with a slash at its end, from which relative links work.
func addSlash(w http.ResponseWriter, r *http.Request) error {
	asked, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		return refuse(http.StatusNotFound, "the path is empty; add a slash")
	}
	w.Header().Set("Location", "./"+url.PathEscape(path.Base(asked.Path))+"/")
	w.WriteHeader(http.StatusMovedPermanently)
	return nil
}

func checkMethod(w http.ResponseWriter, r *http.Request, methods []string) error {
	if slices.Contains(methods, r.Method) {
		return nil
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	return refuse(http.StatusMethodNotAllowed, "%s is not allowed here; use %s", quote(r.Method),
		methods[0])
}

// refusal says why a request is not answered, and what to do.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func refuse(status int, format string, values ...any) error {
	return &refusal{status, fmt.Sprintf(format, values...)}
}

// badQuery refuses what the query asks for.
func badQuery(format string, values ...any) error {
	return refuse(http.StatusBadRequest, format, values...)
}

func writeRefusal(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var r *refusal
	if errors.As(err, &r) {
		status = r.status
	}
	http.Error(w, "stapsdthttp: "+err.Error(), status)
}
