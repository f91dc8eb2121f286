package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

// These tests run on every system. This process is the program that is asked.

// An atProgram fires probes of a provider as long as the test runs.
type atProgram struct {
	url        string
	start      *stapsdt.Probe4[uint64, string, []byte, time.Duration]
	end        *stapsdt.Probe4[uint64, int64, float64, bool]
	mux        *http.ServeMux
	disconnect func()
}

// startAtProgram serves the probes of the provider with that name, loaded or not.
func startAtProgram(t *testing.T, name string) *atProgram {
	t.Helper()
	provider := stapsdt.MustProvider(name)
	a := &atProgram{
		start: stapsdt.MustProbe4[uint64, string, []byte, time.Duration](provider, "order_start",
			"id", "customer", "data", "deadline"),
		end: stapsdt.MustProbe4[uint64, int64, float64, bool](provider, "order_end",
			"id", "cents", "ratio", "ok"),
		mux: http.NewServeMux(),
	}
	a.start.Describe("An order comes.")
	a.mux.Handle("/debug/usdt/", stapsdthttp.Handler())
	server := httptest.NewServer(a.mux)
	a.url, a.disconnect = server.URL, server.CloseClientConnections
	t.Cleanup(func() {
		server.Close()
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// fire fires orders, one each 100 µs or so, until the test ends. Order n costs n%7-3 cents.
func (a *atProgram) fire(t *testing.T) {
	stop := make(chan struct{})
	var firing sync.WaitGroup
	firing.Go(func() {
		for n := uint64(0); ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
			}
			customer := []string{"Ada", "Bob\x1b"}[n%2]
			a.start.Fire(n, customer, []byte("a\x00\xff"), 1500*time.Millisecond)
			a.end.Fire(n, int64(n%7)-3, 0.5, n%2 == 0) // #nosec G115 -- small
		}
	})
	t.Cleanup(func() {
		close(stop)
		firing.Wait()
	})
}

// usdt runs the command in this process.
func usdt(ctx context.Context, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(ctx, args, &out, &errs)
	return status, out.String(), errs.String()
}

// awaitMatch runs the command, which reports now and then, until it has written all that is wanted.
// It returns all that was written.
func awaitMatch(t *testing.T, want []string, args ...string) string {
	t.Helper()
	out := awaitOutput(t, func(text string) bool {
		return !slices.ContainsFunc(want, func(s string) bool { return !strings.Contains(text, s) })
	}, args...)
	wantMatch(t, fmt.Sprintf("%q", args), out, want...)
	return out
}

// awaitOutput runs the command until what it has written is enough.
func awaitOutput(t *testing.T, isEnough func(text string) bool, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	defer cancel()
	out := &awaitWriter{isEnough: isEnough, found: cancel}
	var stderr bytes.Buffer
	status := run(ctx, append(args, "--interval", "100ms"), out, &stderr)
	if status != 0 {
		t.Errorf("%q: status %d, %s", args, status, stderr.String())
	}
	return out.text
}

// An awaitWriter calls found when it has enough.
type awaitWriter struct {
	text     string
	isEnough func(text string) bool
	found    func()
}

func (w *awaitWriter) Write(b []byte) (int, error) {
	w.text += string(b)
	if w.isEnough(w.text) {
		w.found()
	}
	return len(b), nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

func wantMatch(t *testing.T, what, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%s has no %q:\n%s", what, w, got)
		}
	}
}

func TestAtList(t *testing.T) {
	a := startAtProgram(t, "atlist")
	status, out, stderr := usdt(t.Context(), "list", "-v", "--at", a.url)
	if status != 0 || stderr != "" {
		t.Fatalf("status %d: %s", status, stderr)
	}
	wantMatch(t, "list", out, "PROVIDER:PROBE", "atlist:order_start  id uint64, customer string, "+
		"data []byte, deadline time.Duration", "\n    An order comes.\n", "atlist:order_end")
	_, out, _ = usdt(t.Context(), "list", "--at", a.url, "--json")
	wantMatch(t, "JSON", out, `"probe":"order_end","signature":"id uint64, cents int64, ratio `+
		`float64, ok bool","parameters":[{"name":"id","type":"uint64"},`)
}

func TestAtTrace(t *testing.T) {
	a := startAtProgram(t, "attrace")
	a.fire(t)
	for name, test := range map[string]struct {
		args []string
		want []string
	}{
		"fields": {[]string{"attrace:*", "--where", "id & 1"}, []string{
			`attrace:order_start id=`, ` customer="Bob\x1b" data="a\x00\xff" deadline=1.5s` + "\n",
			" ratio=0.5 ok=false\n"}},
		"format": {[]string{"attrace:order_start", "--bare", "--where", `customer == "Ada"`,
			"%[id]d %[customer]s %[customer]d %[data]b %[data]v %[deadline]v"},
			[]string{` Ada (fault) "a\x00\xff" "a\x00\xff" 1.5s` + "\n"}},
		"strlen": {[]string{"attrace:order_start", "--strlen", "1"}, []string{`="A"… data="a"…`}},
		"JSON": {[]string{"attrace:order_start", "--json"}, []string{
			`,"provider":"attrace","probe":"order_start","args":[`, `"data":"YQD/"`,
			`"deadline":1500000000}}` + "\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"trace", "--at", a.url, "--count", "40"}, test.args...)
			status, out, stderr := usdt(t.Context(), args...)
			if status != 0 || strings.Count(out, "\n") != 40 {
				t.Errorf("status %d, %d lines", status, strings.Count(out, "\n"))
			}
			wantMatch(t, "output", out, test.want...)
			wantMatch(t, "stderr", stderr, "usdt: tracing ", "in process ", " at http://127.0.0.1:",
				"usdt: 40 events, 0 lost\n")
		})
	}
}

// TestAtJSON: the lines of usdt trace are those of the program itself. Only the times are those of
// two listeners.
func TestAtJSON(t *testing.T) {
	a := startAtProgram(t, "atjson")
	// There is room for all, also if nobody takes them meanwhile: a goroutine has the part of one of
	// the processors.
	byProgram, err := http.Get(a.url +
		"/debug/usdt/trace?probe=atjson:*&limit=1000&seconds=600&buffer=16777216")
	if err != nil {
		t.Fatal(err)
	}
	defer byProgram.Body.Close()
	var out, stderr bytes.Buffer
	var once sync.Once
	args := []string{"trace", "--at", a.url, "atjson:*", "--json", "--count", "1000",
		"--strlen", "4096", "--buffer", "16"}
	status := run(t.Context(), args, &out, &signalOn{&stderr, "tracing", func() {
		once.Do(func() {
			for n := range uint64(500) {
				a.start.Fire(n, strings.Repeat("\x1bé", int(n)), []byte("a\x00\xff"), -1)
				a.end.Fire(n, math.MinInt64, math.Inf(-1), n%2 == 0)
			}
		})
	}})
	if status != 0 {
		t.Fatalf("status %d: %s", status, &stderr)
	}
	program := bufio.NewScanner(byProgram.Body)
	for line := range strings.Lines(out.String()) {
		if !program.Scan() {
			t.Fatalf("the program has no more: %v", program.Err())
		}
		_, want, _ := strings.Cut(program.Text()+"\n", `,"pid":`)
		_, got, _ := strings.Cut(line, `,"pid":`)
		if got != want {
			t.Errorf("usdt:    %sprogram: %s", got, want)
		}
	}
}

func TestAtCount(t *testing.T) {
	a := startAtProgram(t, "atcount")
	a.fire(t)
	out := awaitOutput(t, regexp.MustCompile(`"total":[1-9].*"total":[1-9]`).MatchString,
		"count", "--at", a.url, "--json", "--where", "id < 100000000", "atcount:*", "atcount:order_*")
	var last struct {
		Seconds float64
		Probes  []struct{ Total uint64 }
		Missed  uint64
	}
	if err := json.Unmarshal([]byte(lastLine(out)), &last); err != nil {
		t.Fatal(err)
	}
	if len(last.Probes) != 2 || last.Probes[0].Total == 0 || last.Missed != 0 ||
		max(last.Probes[0].Total, last.Probes[1].Total)-
			min(last.Probes[0].Total, last.Probes[1].Total) > 1 {
		t.Errorf("counted %s", out)
	}
	awaitMatch(t, []string{"TIME      PROVIDER:PROBE", "  atcount:order_end  "},
		"count", "--at", a.url, "atcount:order_end")
}

func TestAtHist(t *testing.T) {
	a := startAtProgram(t, "athist")
	a.fire(t)
	ofAll := regexp.MustCompile(`(?m)^[\d:]+  all +(\d+) `)
	hasAllValues := func(text string) bool { // successive orders have them
		values := 0
		for _, row := range ofAll.FindAllStringSubmatch(text, -1) {
			n, _ := strconv.Atoi(row[1])
			values += n
		}
		return values >= 14
	}
	out := awaitOutput(t, hasAllValues, "hist", "--at", a.url, "athist:order_end", "--arg", "cents",
		"--by", "ok", "--linear=-3,4,1", "--where", "id > 3")
	wantMatch(t, "histogram", out, "ok = true\n", "ok = false\n", "[-3]", "[3]", "max 3\n", "@@@")
	out = awaitMatch(t, []string{`customer = "Ada"`, `customer = "Bob\x1b"`}, "hist", "--at", a.url,
		"athist:order_start", "--by", "customer", "--arg", "deadline")
	wantMatch(t, "histogram", out, "max 1.5s\n")
	out = awaitMatch(t, []string{`data = "a\x00\xff"`}, "hist", "--at", a.url, "athist:order_start",
		"--by", "data", "--arg", "id")
	wantMatch(t, "histogram", out, `data = "a\x00\xff"`+"\n")
	awaitMatch(t, []string{`{"by":[true,`, `{"by":[false,-3],"count":`}, "hist", "--at", a.url,
		"athist:order_end", "--by", "ok,cents", "--arg", "id", "--json")
}

func TestAtLatency(t *testing.T) {
	a := startAtProgram(t, "atlatency")
	a.fire(t)
	out := awaitOutput(t, regexp.MustCompile(`"count":[1-9].*"hidden":[1-9]`).MatchString,
		"latency", "--at", a.url, "atlatency:order", "--json", "--where", "id & 1")
	var r struct {
		Count, Hidden, Lost uint64
		EndsAlone           uint64 `json:"ends_alone"`
	}
	if err := json.Unmarshal([]byte(lastLine(out)), &r); err != nil {
		t.Fatal(err)
	}
	if r.Count == 0 || r.Hidden == 0 || r.EndsAlone > 1 || r.Lost != 0 {
		t.Errorf("measured %s", out)
	}
}

// TestAtCountGroups: the program counts by an argument.
func TestAtCountGroups(t *testing.T) {
	a := startAtProgram(t, "atcountby")
	a.fire(t)
	for by, want := range map[string][]string{
		"customer": {`order_start customer="Ada" `, `order_start customer="Bob\x1b" `},
		"cents":    {"order_end cents=-3 ", "order_end cents=3 "},
		"ok,cents": {"order_end ok=true cents=", "order_end ok=false cents="},
	} {
		probe := "atcountby:" + strings.Fields(want[0])[0]
		awaitMatch(t, append(want, "  total "),
			"count", "--at", a.url, probe, "--by", by, "--where", "id >= 0")
	}
	awaitMatch(t, []string{`"probe":"order_end","by":true,"hits":`, `"by":false,"hits":`},
		"count", "--at", a.url, "atcountby:order_end", "--by", "ok", "--json")
}

// TestAtLatencyGroups: the groups are those of the start, or of the end.
func TestAtLatencyGroups(t *testing.T) {
	a := startAtProgram(t, "atlatencyby")
	a.fire(t)
	for by, want := range map[string][]string{
		"customer": {`customer = "Ada"`, `customer = "Bob\x1b"`}, "ok": {"ok = true", "ok = false"},
		"cents":       {"cents = -3", "cents = 3"},
		"ok,customer": {`ok = true, customer = "`, `ok = false, customer = "`},
	} {
		out := awaitMatch(t, append(want, "  all  "),
			"latency", "--at", a.url, "atlatencyby:order", "--by", by)
		wantMatch(t, "the end", out, "\nall: count ")
	}
}

// TestAtEnd: a signal, here the end of the context, ends each command, which reports what there is.
func TestAtEnd(t *testing.T) {
	a := startAtProgram(t, "atend")
	a.fire(t)
	for _, args := range [][]string{
		{"trace", "atend:*"}, {"count", "atend:*"}, {"hist", "atend:order_end", "--arg", "id"},
		{"latency", "atend:order"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var out, stderr bytes.Buffer
		ended := make(chan int)
		go func() {
			ended <- run(ctx, append(args, "--at", a.url), &out, &signalOn{&stderr, "tracing", cancel})
		}()
		if status := <-ended; status != 0 {
			t.Errorf("%v: status %d: %s", args, status, &stderr)
		}
	}
}

// signalOn calls f when a text is written.
type signalOn struct {
	to   io.Writer
	text string
	f    func()
}

func (s *signalOn) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(s.text)) {
		defer s.f()
	}
	return s.to.Write(b)
}

// TestAtLost: while the output waits for its reader, events are lost, and usdt says how many. The
// buffers of the program and of the connection have room for far fewer than are fired meanwhile.
func TestAtLost(t *testing.T) {
	const written, firedMeanwhile = 100_000, 250_000
	provider := stapsdt.MustProvider("atlost")
	probe := stapsdt.MustProbe1[string](provider, "p")
	a := startAtProgram(t, "atlost2")
	text := strings.Repeat("x", 200)
	firing, stop := make(chan struct{}), make(chan struct{})
	var fires sync.WaitGroup
	var once sync.Once
	begin := func() {
		fires.Go(func() {
			for range firedMeanwhile {
				probe.Fire(text)
			}
			close(firing)
			for {
				select {
				case <-stop:
					return
				default:
					probe.Fire(text)
				}
			}
		})
	}
	t.Cleanup(func() {
		close(stop)
		fires.Wait()
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	out := &waitingWriter{until: firing}
	var stderr bytes.Buffer
	status := run(t.Context(), []string{"trace", "--at", a.url, "atlost:p", "--count",
		fmt.Sprint(written)}, out, &signalOn{&stderr, "tracing", func() { once.Do(begin) }})
	var events, lost int
	summary := strings.TrimSpace(stderr.String())
	summary = summary[strings.LastIndexByte(summary, '\n')+1:]
	if _, err := fmt.Sscanf(summary, "usdt: %d events, %d lost", &events, &lost); err != nil {
		t.Fatalf("%q: %v", summary, err)
	}
	if status != 0 || out.lines != written || events != written || lost == 0 {
		t.Errorf("status %d, %d lines: %s", status, out.lines, &stderr)
	}
}

// TestAtLater: probes that are declared while usdt traces are written as if they had been there,
// and many of one declaration take the room of one. A format that does not fit leaves them out.
func TestAtLater(t *testing.T) {
	a := startAtProgram(t, "atlater2")
	provider := stapsdt.MustProvider("atlater")
	t.Cleanup(func() {
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	first := stapsdt.MustProbe1[int](provider, "first", "n")
	fire := func() {
		for n := range 3 { // as in a program that has a provider for each connection
			p := stapsdt.MustProvider("atlater")
			stapsdt.MustProbe1[int](p, "first", "n").Fire(n)
			stapsdt.MustProbe2[string, []byte](p, fmt.Sprint("other", n), "s", "b").
				Fire("Ada", []byte("xyz"))
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
		first.Fire(3)
	}
	for name, test := range map[string]struct {
		args         []string
		lines        int
		stdout, said []string
	}{
		"fields": {[]string{"atlater:*", "--count", "7", "--strlen", "2"}, 7,
			[]string{"atlater:first n=1\n", `atlater:other1 s="Ad"… b="xy"…` + "\n",
				"atlater:first n=3\n"}, []string{"7 events, 0 lost"}},
		"JSON": {[]string{"atlater:*", "--count", "7", "--json"}, 7,
			[]string{`"probe":"other2","args":["Ada","eHl6",3],"fields":{"s":"Ada","b":"eHl6"}}`},
			[]string{"7 events, 0 lost"}},
		"format": {[]string{"atlater:*", "--count", "7", "--bare", "%[n]d"}, 4,
			[]string{"0\n1\n2\n3\n"}, []string{"4 events, 0 lost",
				"not written: 3 events of probes that the program declared later: ", "other0"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out, stderr bytes.Buffer
			var once sync.Once
			status := run(t.Context(), append([]string{"trace", "--at", a.url}, test.args...), &out,
				&signalOn{&stderr, "tracing", func() { once.Do(fire) }})
			if lines := strings.Count(out.String(), "\n"); status != 0 || lines != test.lines {
				t.Errorf("status %d, %d lines", status, lines)
			}
			wantMatch(t, "output", out.String(), test.stdout...)
			wantMatch(t, "stderr", stderr.String(), test.said...)
		})
	}
}

// TestAtFull: if there are more probes than a stream has room for, usdt does not say that events
// came too fast.
func TestAtFull(t *testing.T) {
	a := startAtProgram(t, "atfull2")
	provider := stapsdt.MustProvider("atfull")
	t.Cleanup(func() {
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	first := stapsdt.MustProbe0(provider, "p")
	var last *stapsdt.Probe0
	for n := range wire.MaxProbes {
		last = stapsdt.MustProbe0(provider, fmt.Sprint("p", n))
	}
	var out, stderr bytes.Buffer
	told := make(chan struct{})
	var begin, end sync.Once
	fire := func() {
		for {
			select {
			case <-told:
				first.Fire()
				return
			case <-time.After(10 * time.Millisecond):
				last.Fire()
			}
		}
	}
	status := run(t.Context(), []string{"trace", "--at", a.url, "atfull:*", "--count", "1"}, &out,
		&signalOn{&signalOn{&stderr, "so far, of probes for which", func() {
			end.Do(func() { close(told) })
		}}, "tracing", func() { begin.Do(func() { go fire() }) }})
	if status != 0 || strings.Contains(stderr.String(), "faster") {
		t.Errorf("status %d: %s", status, &stderr)
	}
	wantMatch(t, "stderr", stderr.String(), " so far, of probes for which", "usdt: 1 event, ",
		"a stream has room for 16384 probes; events of later ones are among the lost")
}

// waitingWriter counts lines. Its first Write waits.
type waitingWriter struct {
	until <-chan struct{}
	lines int
}

func (w *waitingWriter) Write(b []byte) (int, error) {
	<-w.until
	w.lines += bytes.Count(b, lineFeed)
	return len(b), nil
}

// TestAtBreaksOff: what came before is written, and the exit status tells.
func TestAtBreaksOff(t *testing.T) {
	a := startAtProgram(t, "atbreak")
	a.fire(t)
	for _, args := range [][]string{{"trace", "atbreak:*"}, {"count", "atbreak:*"}} {
		var out, stderr bytes.Buffer
		status := run(t.Context(), append(args, "--at", a.url), &out,
			&signalOn{&stderr, "tracing", func() { go a.disconnect() }})
		if status != 1 {
			t.Errorf("%v: status %d", args, status)
		}
		wantMatch(t, fmt.Sprint(args), stderr.String(), "broken off", "the program has ended")
		if args[0] == "count" {
			wantMatch(t, "count", out.String(), "total")
		}
	}
}

func TestAtRefuses(t *testing.T) {
	a := startAtProgram(t, "atrefuse")
	pointers := stapsdt.MustProvider("atpointer")
	stapsdt.MustProbe1[uintptr](pointers, "p", "at")
	t.Cleanup(func() {
		if err := pointers.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"trace", "atrefuse:*", "-p", "1"}, 2, "--pid means nothing with --at: the address"},
		{[]string{"trace", "atrefuse:*", "--all"}, 2, "--all means nothing with --at"},
		{[]string{"trace", "atrefuse:*", "--wait-for-pages"}, 2, "--wait-for-pages means nothing"},
		{[]string{"trace", "atrefuse:*", "--types", "x.d"}, 2, "--types means nothing with --at"},
		{[]string{"trace", "atrefuse:*", "--str", "1"}, 2, "--str means nothing with --at"},
		{[]string{"trace", "atrefuse:*", "--buffer", "65"}, 2, "--buffer 65: want 1 to 64 MiB"},
		{[]string{"list", "--raw"}, 2, "--raw means nothing with --at: there are no notes"},
		{[]string{"list", "file"}, 2, "use either files or --at"},
		{[]string{"trace"}, 2, "which probes?"},
		{[]string{"trace", "atrefuse:ordre_start"}, 1, "did you mean atrefuse:order_start?"},
		{[]string{"trace", "atrefuse:*", "--where", "id == 1 &&"}, 2, "--where: column"},
		{[]string{"trace", "atrefuse:*", "--where", "cents == 1"}, 2, `no argument "cents"`},
		{[]string{"trace", "atrefuse:*", "--where", "tid == 1"}, 2, "there is no tid"},
		{[]string{"trace", "atrefuse:order_end", "%[id]s"}, 2, "reads text, and id (uint64) is"},
		{[]string{"trace", "atpointer:p", "%[at]s"}, 2, "at (uintptr) is no"},
		{[]string{"trace", "atrefuse:order_end", "-d", "-1s"}, 2, "--duration -1s is negative"},
		{[]string{"count", "atrefuse:*", "-i", "-1s"}, 2, "--interval -1s is negative"},
		{[]string{"hist", "atrefuse:order_end"}, 2, "which argument?"},
		{[]string{"hist", "atrefuse:order_end", "--arg", "ratio"}, 2, "is no integer"},
		{[]string{"hist", "atrefuse:*", "--arg", "cents"}, 2, `has no argument "cents"`},
		{[]string{"latency", "atrefuse:ordre"}, 1, "did you mean atrefuse:order?"},
		{[]string{"latency", "atrefuse:order", "--key", "cents"}, 2, `no argument "cents"`},
		{[]string{"count", "atrefuse:*", "--by", "pid"}, 2, "a program that is asked itself is "},
		{[]string{"hist", "atrefuse:order_end", "--arg", "0", "--by", "tid"}, 2, "name arguments, or "},
		{[]string{"latency", "atrefuse:order", "--by", "container"}, 2, "name arguments, or "},
		{[]string{"latency", "atrefuse:order", "--key", "tid"}, 2, "does not know its goroutines"},
		{[]string{"latency", "atrefuse:order", "--slower", "1s"}, 2, "keeps no arguments of starts"},
		{[]string{"trace", "atrefuse:*", "--stack"}, 2, "profiles need the kernel"},
		{[]string{"count", "atrefuse:*", "--folded"}, 2, "profiles need the kernel"},
		{[]string{"hist", "atrefuse:order_end", "--arg", "0", "--stack"}, 2, "profiles need"},
		{[]string{"latency", "atrefuse:order", "--stack"}, 2, "profiles need the kernel"},
		{[]string{"latency", "atrefuse:order", "--folded"}, 2, "profiles need the kernel"},
		{[]string{"latency", "atrefuse:order", "-o", "none.pb.gz"}, 2, "profiles need the kernel"},
		{[]string{"latency", "atrefuse:order", "--by", "x"}, 2, "neither atrefuse:order_start nor "},
	} {
		status, out, stderr := usdt(t.Context(), append(test.args, "--at", a.url)...)
		if status != test.status || out != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: status %d, want %d and %q:\n%s%s", test.args, status, test.status, test.want,
				out, stderr)
		}
	}
}

func TestAtComplete(t *testing.T) {
	a := startAtProgram(t, "atcomplete")
	for _, test := range []struct{ command, want string }{
		{"trace", "atcomplete:order_end\natcomplete:order_start\n:4\n"},
		{"latency", "atcomplete:order\n:4\n"},
		{"describe", "atcomplete:order_end\natcomplete:order_start\n:4\n"},
	} {
		status, out, _ := usdt(t.Context(), "__complete", test.command, "--at", a.url, "atcomp")
		if status != 0 || out != test.want {
			t.Errorf("%s: status %d: %q, want %q", test.command, status, out, test.want)
		}
	}
}

func TestAtDescribe(t *testing.T) {
	a := startAtProgram(t, "atdescribe")
	other := stapsdt.MustProvider("atdescribe") // of the same name: its probes are with the others
	t.Cleanup(func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	stapsdt.MustProbe3[int8, uint32, []byte](other, "bare")
	stapsdt.MustProbe0(other, "order_end")
	stapsdt.MustProbe4[uint64, string, []byte, time.Duration](other, "order_start", "z", "y", "x", "w")
	stapsdt.MustProbe0(other, "with-dash")
	status, out, stderr := usdt(t.Context(), "describe", "--at", a.url, "atdescribe:*")
	const want = `provider atdescribe {
	probe bare(int8_t arg0, uint32_t arg1, const uint8_t *arg2, int arg2_len);
	probe order_end(uint64_t id, int64_t cents, double ratio, bool ok);

	/* An order comes. */
	probe order_start(uint64_t id, string customer, const uint8_t *data, int data_len,
		hrtime_t deadline);
};
`
	if status != 0 || out != want {
		t.Errorf("status %d:\n%s\nwant\n%s", status, out, want)
	}
	wantMatch(t, "stderr", stderr, "atdescribe:with-dash has a name that a description cannot have",
		"atdescribe:order_end is declared in several ways; this has the most arguments, or is the "+
			"first of these: (id uint64, cents int64, ratio float64, ok bool)\n",
		"atdescribe:order_start is declared in several ways; ")
	_, out, _ = usdt(t.Context(), "describe", "--at", a.url, "atdescribe:order_*", "--markdown")
	wantMatch(t, "the table", out, "order_start", "An order comes.", "time.Duration", "order_end")
	for _, args := range [][]string{
		{"atdescribe:none"}, {"file"}, {"atdescribe:*", "--pid", "1"}, {"--types", "x.d"}, {"--all"},
	} {
		status, out, stderr := usdt(t.Context(), append([]string{"describe", "--at", a.url}, args...)...)
		if wrong := map[bool]int{true: 1, false: 2}[args[0] == "atdescribe:none"]; status != wrong ||
			out != "" || stderr == "" {
			t.Errorf("%q: status %d, %s%s", args, status, out, stderr)
		}
	}
}
