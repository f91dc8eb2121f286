//go:build linux && (amd64 || arm64)

package export

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A prometheus is Debian's server, which scrapes one exporter.
type prometheus struct {
	daemon
	dir  string // has its configuration, the exporter's address, and what it stores
	args []string
	url  string
}

// startPrometheus starts a server with the features. It scrapes protobuf if one of them is
// native-histograms, and OpenMetrics else.
func startPrometheus(t *testing.T, features string) *prometheus {
	t.Helper()
	p := &prometheus{dir: t.TempDir()}
	config := filepath.Join(p.dir, "prometheus.yml")
	// Wherever the exporter listens, the series are the same.
	write(t, config, fmt.Sprintf(`
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
- job_name: usdt
  file_sd_configs: [{files: [%q]}]
  relabel_configs: [{target_label: instance, replacement: node}]
`, p.targets()))
	write(t, p.targets(), "[]")
	p.args = []string{"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(p.dir, "data"),
		"--web.listen-address=127.0.0.1:0", "--enable-feature=" + features}
	p.start(t)
	return p
}

func (p *prometheus) targets() string { return filepath.Join(p.dir, "targets.json") }

func (p *prometheus) start(t *testing.T) {
	t.Helper()
	p.daemon = startDaemon(t, testenv.Tool(t, "prometheus"), p.args...)
	p.url = "http://" + p.waitFor(t, `msg="Listening on" address=(\S+)`)
	p.waitFor(t, `(Server is ready to receive web requests)`)
}

// scrape has the server scrape an address from now on.
func (p *prometheus) scrape(t *testing.T, address string) {
	t.Helper()
	content, err := json.Marshal([]map[string][]string{{"targets": {address}}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, p.targets()+".new", string(content))
	if err := os.Rename(p.targets()+".new", p.targets()); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A series is one of those that a query returns.
type series struct {
	Metric    map[string]string
	Value     sample     // of an instant vector
	Values    []sample   // of a range vector
	Histogram *histogram // instead of Value
}

// A sample is a time with a number as a text.
type sample [2]any

func (s sample) number(t *testing.T) float64 {
	t.Helper()
	return number(t, fmt.Sprint(s[1]))
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// query asks for a vector. The time of the answer is now.
func (p *prometheus) query(t *testing.T, promQL string) []series {
	t.Helper()
	var data struct{ Result []series }
	p.ask(t, "query", url.Values{"query": {promQL}}, &data)
	return data.Result
}

// ask reads the data that the server answers to a question of its API.
func (p *prometheus) ask(t *testing.T, what string, question url.Values, data any) {
	t.Helper()
	w, err := http.PostForm(p.url+"/api/v1/"+what, question)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	answer := struct {
		Status, Error string
		Data          any
	}{Data: data}
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s %v: %s %s, error %v", what, question, answer.Status, answer.Error, err)
	}
}

// value asks for the number of the only series. It returns false if there is none.
func (p *prometheus) value(t *testing.T, promQL string) (float64, bool) {
	t.Helper()
	all := p.query(t, promQL)
	if len(all) > 1 {
		t.Fatalf("query %s: %d series, want one: %v", promQL, len(all), all)
	}
	if len(all) == 0 {
		return 0, false
	}
	return all[0].Value.number(t), true
}

// ever returns how much the only counter of a query has grown since its first sample, and that
// sample. A sample below the one before is from an exporter that began anew.
func (p *prometheus) ever(t *testing.T, selector string) float64 {
	t.Helper()
	var sum, last float64
	all := p.query(t, selector+"[1d]")
	if len(all) != 1 {
		t.Fatalf("query %s: %d series, want one: %v", selector, len(all), all)
	}
	for _, s := range all[0].Values {
		n := s.number(t)
		if n < last {
			last = 0
		}
		sum, last = sum+n-last, n
	}
	return sum
}
