package httpprobe

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-usdt/usdt/instrument/internal/pair"
	"github.com/go-usdt/usdt/stapsdt"
)

var (
	connection = stapsdt.MustProbe4[uint64, string, bool, time.Duration](client,
		"connection", "id", "address", "reused", "idle").
		Describe("A request has a connection.")

	firstByte = stapsdt.MustProbe2[uint64, time.Duration](client, "first_byte", "id", "duration").
			Describe("The first byte of a response has come.")

	dnsStart = stapsdt.MustProbe3[uint64, uint64, string](client,
		"dns_start", "id", "request", "host").
		Describe("A host name is about to be resolved.")

	dnsEnd = stapsdt.MustProbe5[uint64, uint64, string, string, time.Duration](client,
		"dns_end", "id", "request", "addresses", "error", "duration").
		Describe("A host name is resolved, to addresses with commas between.")

	connectStart = stapsdt.MustProbe4[uint64, uint64, string, string](client,
		"connect_start", "id", "request", "network", "address").
		Describe("A connection is about to be opened.")

	connectEnd = stapsdt.MustProbe4[uint64, uint64, string, time.Duration](client,
		"connect_end", "id", "request", "error", "duration").
		Describe("A connection is open, or has failed.")

	tlsStart = stapsdt.MustProbe2[uint64, uint64](client, "tls_start", "id", "request").
			Describe("A TLS handshake begins.")

	tlsEnd = stapsdt.MustProbe5[uint64, uint64, string, string, time.Duration](client,
		"tls_end", "id", "request", "version", "error", "duration").
		Describe("A TLS handshake is done, or has failed.")
)

func phasesEnabled() bool {
	return connection.Enabled() || firstByte.Enabled() ||
		dnsStart.Enabled() || dnsEnd.Enabled() || connectStart.Enabled() || connectEnd.Enabled() ||
		tlsStart.Enabled() || tlsEnd.Enabled()
}

// A phases is the open phases of a request. The goroutines that open connections for it, of which
// there may be several at once, outlive it.
type phases struct {
	request pair.Pair
	lock    sync.Mutex
	open    []phase
}

type phase struct {
	name   string
	opened pair.Pair
}

// begin opens a phase, and returns its id.
func (p *phases) begin(name string) uint64 {
	p.lock.Lock()
	defer p.lock.Unlock()
	opened := pair.Begin()
	p.open = append(p.open, phase{name, opened})
	return opened.ID
}

// end closes a phase of that name.
func (p *phases) end(name string) pair.Pair {
	p.lock.Lock()
	defer p.lock.Unlock()
	i := slices.IndexFunc(p.open, func(open phase) bool { return open.name == name })
	if i < 0 {
		return pair.Begin() // of a transport that ends what it has not begun
	}
	opened := p.open[i].opened
	p.open = slices.Delete(p.open, i, i+1)
	return opened
}

// withPhases returns a context with which a transport fires the phases of the request.
func withPhases(ctx context.Context, request pair.Pair) context.Context {
	p := &phases{request: request}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              p.gotConnection,
		GotFirstResponseByte: func() { firstByte.Fire(request.ID, request.Duration()) },
		DNSStart: func(info httptrace.DNSStartInfo) {
			dnsStart.Fire(p.begin("dns"), request.ID, info.Host)
		},
		DNSDone: p.endDNS,
		ConnectStart: func(network, address string) {
			connectStart.Fire(p.begin(network+" "+address), request.ID, network, address)
		},
		ConnectDone: func(network, address string, err error) {
			opened := p.end(network + " " + address)
			connectEnd.Fire(opened.ID, request.ID, pair.ErrorText(err), opened.Duration())
		},
		TLSHandshakeStart: func() { tlsStart.Fire(p.begin("tls"), request.ID) },
		TLSHandshakeDone:  p.endTLS,
	})
}

func (p *phases) gotConnection(info httptrace.GotConnInfo) {
	address := ""
	if info.Conn != nil { // with every transport of net/http
		if remote := info.Conn.RemoteAddr(); remote != nil {
			address = remote.String()
		}
	}
	connection.Fire(p.request.ID, address, info.Reused, info.IdleTime)
}

func (p *phases) endDNS(info httptrace.DNSDoneInfo) {
	opened := p.end("dns")
	addresses := make([]string, len(info.Addrs))
	for i, a := range info.Addrs {
		addresses[i] = a.String()
	}
	dnsEnd.Fire(opened.ID, p.request.ID, strings.Join(addresses, ","), pair.ErrorText(info.Err),
		opened.Duration())
}

func (p *phases) endTLS(state tls.ConnectionState, err error) {
	opened := p.end("tls")
	version := ""
	if err == nil {
		version = tls.VersionName(state.Version)
	}
	tlsEnd.Fire(opened.ID, p.request.ID, version, pair.ErrorText(err), opened.Duration())
}
