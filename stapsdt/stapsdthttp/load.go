package stapsdthttp

import (
	"errors"
	"net/http"

	"github.com/go-usdt/usdt/stapsdt"
)

// providerJSON says how a provider is when it was to be loaded or unloaded. The names of its
// members are an interface.
type providerJSON struct {
	Provider string `json:"provider"`
	Loaded   bool   `json:"loaded"`
	Path     string `json:"path"`            // where it is published, "" while it is not loaded
	Error    string `json:"error,omitempty"` // why it could not be done
}

func serveLoad(w http.ResponseWriter, r *http.Request) error {
	return change(w, r, (*stapsdt.Provider).Load, func() func(*stapsdt.Provider) error {
		_ = stapsdt.Load() // its errors are those of the providers
		return func(p *stapsdt.Provider) error { return p.Info().Err }
	})
}

func serveUnload(w http.ResponseWriter, r *http.Request) error {
	return change(w, r, (*stapsdt.Provider).Unload, func() func(*stapsdt.Provider) error {
		failed := stapsdt.Unload()
		return func(p *stapsdt.Provider) error { return errorOf(failed, p.Name()) }
	})
}

// errorOf returns the first of joined errors that is about providers of a name.
func errorOf(joined error, provider string) error {
	errs, _ := joined.(interface{ Unwrap() []error })
	if errs == nil {
		return nil
	}
	for _, err := range errs.Unwrap() {
		var about *stapsdt.Error
		if errors.As(err, &about) && about.Provider == provider {
			return err
		}
	}
	return nil
}

// change does one with the providers of a request or, if these are all, doAll, which returns what
// has become of each.
func change(w http.ResponseWriter, r *http.Request, one func(*stapsdt.Provider) error,
	doAll func() func(*stapsdt.Provider) error,
) error {
	name, err := providerName(w, r)
	if err != nil {
		return err
	}
	if name == "all" {
		one = doAll()
	}
	list := []providerJSON{}
	status := http.StatusOK
	for _, p := range stapsdt.Providers() {
		if name != "all" && name != p.Name() {
			continue
		}
		j := providerJSON{Provider: p.Name()}
		if err := one(p); err != nil {
			j.Error, status = err.Error(), http.StatusInternalServerError
		}
		j.Loaded, j.Path = p.Loaded(), p.Path()
		list = append(list, j)
	}
	if name != "all" && len(list) == 0 {
		return badQuery("there is no provider %s; the endpoint probes has them all", quote(name))
	}
	if status == http.StatusOK && backToPage(w, r) {
		return nil
	}
	return writeJSON(w, status, list)
}

// providerName returns the parameter provider, of the query or of a form.
func providerName(w http.ResponseWriter, r *http.Request) (string, error) {
	if len(r.URL.RawQuery) > maxQuery {
		return "", refuse(http.StatusRequestURITooLong, "the query has %d bytes, at most %d",
			len(r.URL.RawQuery), maxQuery)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxQuery)
	if err := r.ParseForm(); err != nil {
		return "", badQuery("the form cannot be read: %v", err)
	}
	for name := range r.Form {
		if name != "provider" {
			return "", badQuery("there is no parameter %s here; there is provider", quote(name))
		}
	}
	names := r.Form["provider"]
	if len(names) != 1 || names[0] == "" {
		return "", badQuery("which provider? give provider=NAME or provider=all, once")
	}
	return names[0], nil
}
