package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// mount is where package stapsdthttp registers itself.
const mount = "/debug/usdt/"

// ErrAddress matches the errors of [New].
var ErrAddress = errors.New("bad address")

// Client asks the program at one address. Its methods are safe for concurrent use.
type Client struct {
	base     *url.URL // ends with a slash
	name     string   // of the address, for people
	demand   string   // what a program must do to listen there
	http     http.Client
	patience time.Duration // with the beginning of an answer, after its header
}

// New returns a client for an address: http://HOST:PORT or https://HOST:PORT, with the path if the
// program does not use that of package stapsdthttp; HOST:PORT, which stands for http://; or
// unix:PATH for a socket in the file system.
func New(address string) (*Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // events come one by one
	transport.ResponseHeaderTimeout = answerPatience
	c := &Client{
		name: address, demand: "serve HTTP there", patience: answerPatience,
		http: http.Client{Transport: transport, CheckRedirect: refuseRedirect},
	}
	if path, isUnix := strings.CutPrefix(address, "unix:"); isUnix {
		if path == "" {
			return nil, fmt.Errorf("%w: want unix:PATH, with the path of a socket", ErrAddress)
		}
		c.demand = "have STAPSDT_LISTEN=" + address + " in its environment"
		transport.Proxy = nil
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", path)
		}
		c.base = &url.URL{Scheme: "http", Host: "localhost", Path: mount}
		return c, nil
	}
	transport.DialContext = dialer.DialContext
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrAddress, errors.Unwrap(err))
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%w: want http://, https:// or unix:PATH", ErrAddress)
	case u.Hostname() == "":
		return nil, fmt.Errorf("%w: want HOST:PORT, a URL with a host, or unix:PATH", ErrAddress)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%w: the URL ends with the path, such as %s", ErrAddress, mount)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = mount
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	c.base, c.name = u, u.Redacted()
	return c, nil
}

// How long to wait for a connection, for the header of an answer, and for the beginning of the
// answer: all of a list, the probes of a stream, the first reading.
const answerPatience = 10 * time.Second

var dialer = net.Dialer{Timeout: answerPatience}

// String returns the address without a password.
func (c *Client) String() string { return c.name }
