package podlist

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/regular"
)

// A Source is where there is a list of pods.
type Source struct {
	// URL is https://NODE:10250/pods of a kubelet, or .../api/v1/pods of an API server, with a
	// query for the pods of one node. No proxy is asked, and no redirection followed.
	URL string

	// TokenFile has the token of an account that may list pods, which is sent by TLS only. Without a
	// name, it is that of the pod that the caller is in, if that has one.
	TokenFile string

	// CAFile has the certificates to trust. Without a name, they are those that this pod has for the
	// API server, or else those of the system.
	CAFile string
}

// maxSecret is how many bytes a file with a token or with certificates may have.
const maxSecret = 1 << 20

// serviceAccount is where a pod has the token of its account, and what to trust.
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/"

func (s Source) request() (*http.Request, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, errors.New("want https://NODE:10250/pods, or the URL of pods at an API server")
	}
	r, err := http.NewRequest(http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", metadataOnly)
	if u.Scheme == "http" {
		return r, nil
	}
	token, err := readFile(s.TokenFile, "token")
	if err == nil && len(token) > 0 {
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	return r, err
}

// client returns one for a single request.
func (s Source) client(patience time.Duration) (*http.Client, error) {
	certificates, err := readFile(s.CAFile, "ca.crt")
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(certificates) > 0 {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(certificates) {
			return nil, errors.New("there are no certificates in the CA file")
		}
	}
	return &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{TLSClientConfig: config, DisableKeepAlives: true},
	}, nil
}

// readFile reads a file or, without a name, that of the account, which need not be there.
func readFile(name, ofAccount string) ([]byte, error) {
	isNamed := name != ""
	if !isNamed {
		name = serviceAccount + ofAccount
	}
	file, err := regular.Open(name)
	if !isNamed && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return regular.Read(file, maxSecret)
}
