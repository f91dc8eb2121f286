package remote

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// get asks for what is below the base. The answer has the media type, or there is an error. The
// caller closes it.
func (c *Client) get(
	ctx context.Context, path string, query url.Values, mediaType string,
) (*answer, error) {
	u := *c.base
	u.Path += path
	u.RawQuery = query.Encode()
	requestCtx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(requestCtx, http.MethodGet, u.String(), nil)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	req.Header.Set("Accept", mediaType)
	resp, err := c.http.Do(req)
	if err != nil {
		cancel(nil)
		return nil, c.explain(ctx, err)
	}
	a := newAnswer(requestCtx, cancel, resp.Body, c.patience)
	resp.Body = a
	if err := c.check(resp, mediaType); err != nil {
		_ = a.Close()
		return nil, err
	}
	return a, nil
}

// explain makes a sentence of an error of the connection.
func (c *Client) explain(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errRedirect), errors.Is(err, errSilent):
		return fmt.Errorf("%s %w", c, err)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOENT):
		return fmt.Errorf("nobody listens at %s: does the program run, import stapsdt/stapsdthttp, "+
			"and %s? (%w)", c, c.demand, err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s belongs to another user: run usdt as that one (%w)", c, err)
	case errors.As(err, &certificate):
		return fmt.Errorf("%s is not trusted: %w; let this system trust its certificate: "+
			"on Linux, SSL_CERT_FILE can name the file", c, certificate.Err)
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%s does not speak TLS: use http://", c)
	case strings.Contains(err.Error(), "malformed HTTP"), strings.HasSuffix(err.Error(), spokeFirst):
		return fmt.Errorf("%s does not speak HTTP; %s", c, wantServer)
	}
	return fmt.Errorf("ask %s: %w", c, err)
}

// spokeFirst ends the error of net/http for a server that speaks before it is asked.
const spokeFirst = "readLoopPeekFailLocked: %!w(<nil>)"

const wantServer = "want the address of a program that imports stapsdt/stapsdthttp"

var errRedirect = errors.New("redirects")

// refuseRedirect names the place, which the user has to trust first.
func refuseRedirect(req *http.Request, _ []*http.Request) error {
	return fmt.Errorf("%w to %s: if that is the program, use it in place of the address",
		errRedirect, printable.Text(req.URL.Redacted()))
}

// importLine is what a program lacks that answers nothing at the address.
const importLine = `import _ "github.com/go-usdt/usdt/stapsdt/stapsdthttp"`

// check returns what is wrong with the beginning of an answer.
func (c *Client) check(resp *http.Response, mediaType string) error {
	got, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case resp.StatusCode == http.StatusOK && got == mediaType:
		return nil
	case resp.StatusCode == http.StatusOK:
		return fmt.Errorf("%s answers, but is no stapsdthttp (it sends %s); %s",
			c, printable.Quote(got), wantServer)
	case resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s has no probes to show: the program needs the line %s, "+
			"or the address needs the path where it has mounted stapsdthttp.Handler", c, importLine)
	}
	said := firstLine(resp.Body)
	if strings.Contains(said, "HTTP request to an HTTPS server") {
		return fmt.Errorf("%s speaks TLS: use https://", c)
	}
	err := fmt.Errorf("%s: %s: %s", c, printable.Text(resp.Status), printable.Text(said))
	if resp.StatusCode == http.StatusBadRequest {
		return Refused{err}
	}
	return err
}

// Refused is the error when the program cannot do what it is asked to: a filter, for instance, does
// not fit its probes.
type Refused struct{ error }

// firstLine is what a program says of an error.
func firstLine(r io.Reader) string {
	const limit = 1 << 10
	line, _ := bufio.NewReader(io.LimitReader(r, limit)).ReadString('\n')
	return strings.TrimSpace(line)
}
