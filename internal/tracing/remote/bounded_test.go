package remote_test

import (
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/wire"
)

// ask returns the probes and the first reading of a histogram that a server answers.
func ask(t *testing.T, list, line string) (probes, groups int, err1, err2 error) {
	t.Helper()
	server := httptest.NewServer(answer(200, "application/json", list))
	defer server.Close()
	c, err := remote.New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	all, err1 := c.Probes(t.Context())
	lines := httptest.NewServer(answer(200, "application/x-ndjson", line+"\n"))
	defer lines.Close()
	if c, err = remote.New(lines.URL); err != nil {
		t.Fatal(err)
	}
	readings, err := c.Hist(t.Context(), remote.TallyRequest{})
	if err != nil {
		t.Fatal(err)
	}
	defer readings.Close()
	r, err2 := readings.Next()
	return len(all), len(r.Groups), err1, err2
}

// TestElements: a short text does not become many elements.
func TestElements(t *testing.T) {
	const size = 15 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err1, err2 := ask(t, "["+strings.Repeat("{},", size/3)+"{}]",
		`{"groups":[`+strings.Repeat("0,", size/2)+"0]}")
	runtime.ReadMemStats(&after)
	for _, err := range []error{err1, err2} {
		if err == nil || !strings.Contains(err.Error(), "more elements than a program sends") {
			t.Errorf("error %v", err)
		}
	}
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 200 {
		t.Errorf("took %d MiB", took)
	}
}

// TestMostElements: as many as a program sends are read, and commas in texts are none.
func TestMostElements(t *testing.T) {
	const probe = `{"provider":"p","probe":"\"p,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,","signature":"",` +
		`"args":[{"name":"","type":"","layout":""},{"name":"","type":"","layout":""},` +
		`{"name":"","type":"","layout":""},{"name":"","type":"","layout":""},` +
		`{"name":"","type":"","layout":""},{"name":"","type":"","layout":""}],"description":"",` +
		`"loaded":true,"path":"","traced":true,"heard":true,"heard_by":1}`
	const group = `{"by":"\\","count":1,"mean":1,"p50":1,"p90":1,"p99":1,"max":1,` +
		`"buckets":[{"lo":1,"hi":2,"count":1}]}`
	probes, groups, err1, err2 := ask(t,
		"["+strings.Repeat(probe+",", wire.MaxProbes-1)+probe+"]",
		`{"groups":[`+strings.Repeat(group+",", wire.MaxProbes-1)+group+`],"probes":[]}`)
	if probes != wire.MaxProbes || groups != wire.MaxProbes || err1 != nil || err2 != nil {
		t.Errorf("%d probes, error %v; %d groups, error %v", probes, err1, groups, err2)
	}
}
