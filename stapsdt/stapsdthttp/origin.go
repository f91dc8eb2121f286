package stapsdthttp

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// pageHeader is sent by the page's own script. Another site cannot have a browser send it: the
// browser would first ask whether it may, by OPTIONS.
const pageHeader = "Stapsdt-Page"

// isBrowser reports whether a request may be from a browser. All of them say Mozilla, and other
// sites cannot have them say anything else.
func isBrowser(r *http.Request) bool { return strings.Contains(r.UserAgent(), "Mozilla/") }

// checkOrigin refuses what another site makes a browser ask. Other programs than browsers send
// none of the headers.
//
// Another site could not read the answer, unless the program allows all sites to read its answers.
// But it could have probes loaded and unloaded, and take all places of listeners. A page of this
// site, an address that somebody types, and a program may ask.
func checkOrigin(r *http.Request) error {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return refuse(http.StatusForbidden, "another site may not ask this; open the address itself")
	}
	var protection http.CrossOriginProtection
	asked := *r
	asked.Method = http.MethodPost // with GET, Check would not look at Origin
	if err := protection.Check(&asked); err != nil {
		return refuse(http.StatusForbidden, "%v; send the request from a page of this address, or "+
			"from a program that is no browser", err)
	}
	return nil
}

// checkPage refuses places of listeners to browsers that do not say who asks, but for the page.
//
// Browsers say it by Sec-Fetch-Site, but not where they cannot trust the address, which is with
// plain HTTP at one that is not of this machine. Nor do they send an Origin with all that a page
// can have them get.
func checkPage(r *http.Request) error {
	if !isBrowser(r) || r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get(pageHeader) != "" {
		return nil
	}
	return refuse(http.StatusForbidden, "a browser may ask this only by the page, at ./, because "+
		"at this address it does not say which site asks; other programs send the header %s: 1",
		pageHeader)
}

// checkHost refuses names that are none of this machine's, unless the request has come to an
// address that other machines can reach.
//
// Who controls a name in the DNS can have it lead to 127.0.0.1 all of a sudden. To a browser, his
// page and this program are then one site, and the page may read everything. The name gives it
// away. At other addresses programs have names that nobody here knows, and whoever can reach the
// address can ask without a browser. Behind a socket that is no address there may be a proxy at
// 127.0.0.1, as of ssh -L.
func (h *handler) checkHost(r *http.Request) error {
	if isReachable(r.Context().Value(http.LocalAddrContextKey)) {
		return nil
	}
	name := hostName(r.Host)
	if isLocal(name) || slices.Contains(h.hosts, name) || slices.Contains(h.hosts, "*") {
		return nil
	}
	return refuse(http.StatusForbidden, "the name %q is none of this machine's; ask for localhost, "+
		"or allow the name in stapsdthttp.Config.Hosts", name)
}

// isReachable reports whether the local address of a connection is known not to be a loopback one.
func isReachable(local any) bool {
	address, ok := local.(net.Addr)
	if !ok {
		return false
	}
	parsed, err := netip.ParseAddrPort(address.String())
	return err == nil && !parsed.Addr().IsLoopback()
}

// hostName returns a host in lower case, without its port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// isLocal reports whether nobody can have the name lead elsewhere. Requests of HTTP/1.0 have none.
func isLocal(name string) bool {
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}
