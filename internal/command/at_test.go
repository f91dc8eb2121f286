package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// These tests run on every system. This process is the program that is asked.

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
