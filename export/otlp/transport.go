package otlp

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// A transport is how a signal is sent. The SDK's exporters read the rest from the environment.
type transport struct {
	grpc bool
	// local is set if no variable says where to: then the receiver is on this machine, without TLS,
	// as the specification has it. The SDK's exporters would try TLS there.
	local bool
}

func (t transport) String() string {
	if t.grpc {
		return overGRPC
	}
	return overHTTP
}

const (
	overGRPC = "grpc"
	overHTTP = "http/protobuf"
)

// forAll begins the variables that hold for all signals without one of their own.
const forAll = "OTEL_EXPORTER_OTLP_"

// transports reads and checks the variables of some signals.
func (e *environment) transports(signals []signal) map[signal]transport {
	if len(signals) == 0 {
		return nil
	}
	all := make(map[signal]transport)
	protocol := e.transport(forAll, overHTTP)
	for _, of := range signals {
		prefix := forAll + strings.ToUpper(string(of)) + "_"
		all[of] = transport{
			grpc:  e.transport(prefix, protocol) == overGRPC,
			local: e.decideTLS(prefix),
		}
	}
	return all
}

// transport checks the variables that begin so, and returns the protocol.
func (e *environment) transport(prefix, otherwise string) string {
	e.endpoint(prefix + "ENDPOINT")
	e.headers(prefix + "HEADERS")
	e.number(prefix+"TIMEOUT", 0, 0)
	e.boolean(prefix + "INSECURE")
	e.exact(prefix+"COMPRESSION", "none", "none", "gzip")
	e.certificates(prefix + "CERTIFICATE")
	e.keyPair(prefix+"CLIENT_CERTIFICATE", prefix+"CLIENT_KEY")
	return e.exact(prefix+"PROTOCOL", otherwise, overGRPC, overHTTP)
}

// decideTLS returns whether nothing says where to send a signal, or whether with TLS. By the
// specification the endpoint decides about TLS. Some of the SDK's exporters let …_INSECURE do so,
// and would send in plain text to https://: so the two must agree.
func (e *environment) decideTLS(prefix string) (local bool) {
	named := func(variable string) string {
		if e.value(prefix+variable) != "" {
			return prefix + variable
		}
		return forAll + variable
	}
	name := named("INSECURE")
	endpoint, insecure := strings.ToLower(e.value(named("ENDPOINT"))), strings.ToLower(e.value(name))
	if endpoint == "" || insecure == "" {
		return endpoint == insecure
	}
	if strings.HasPrefix(endpoint, "https:") == (insecure == "true") {
		e.wrong(name, "unset it: http:// or https:// in the endpoint says whether to use TLS")
	}
	return false
}

// endpoint demands a whole URL. The SDK takes a bare host:port in some places, in others only
// those that look like no URL, and passes over the rest.
func (e *environment) endpoint(name string) {
	text := e.value(name)
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		e.wrongSecret(name, "give it a URL that begins with http:// or https://, such as "+
			"http://collector:4318, or http://collector:4317 for gRPC")
	}
}

// headers demands name=value pairs. They often hold the key of an account, so no error shows them.
func (e *environment) headers(name string) {
	text := e.value(name)
	if text == "" {
		return
	}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, found := strings.Cut(pair, "=")
		value, err := url.PathUnescape(value)
		if !found || err != nil || !httpguts.ValidHeaderFieldName(strings.TrimSpace(key)) ||
			!httpguts.ValidHeaderFieldValue(strings.TrimSpace(value)) {
			e.wrongSecret(name, "give it name=value pairs with commas between them, and "+
				"percent signs before what is special in a value (%2C is a comma)")
			return
		}
	}
}

// certificates demands a file with certificates.
func (e *environment) certificates(name string) {
	path := e.value(name)
	if path == "" {
		return
	}
	content, err := os.ReadFile(path) // #nosec G304 -- the operator names it
	switch {
	case err != nil:
		e.wrong(name, "give it a file with certificates that can be read: "+err.Error())
	case !x509.NewCertPool().AppendCertsFromPEM(content):
		e.wrong(name, "give it a file that has certificates in PEM")
	}
}

// keyPair demands a certificate and its key, or neither.
func (e *environment) keyPair(certificate, key string) {
	c, k := e.value(certificate), e.value(key)
	switch {
	case c == "" && k == "":
	case c == "":
		e.wrong(key, "set "+certificate+", too: the two belong together")
	case k == "":
		e.wrong(certificate, "set "+key+", too: the two belong together")
	default:
		if _, err := tls.LoadX509KeyPair(c, k); err != nil {
			e.wrong(certificate, "give "+certificate+" and "+key+" the files of a certificate and "+
				"of its key in PEM: "+err.Error())
		}
	}
}
