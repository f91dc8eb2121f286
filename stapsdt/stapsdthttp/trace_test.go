package stapsdthttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

type (
	status uint8
	token  string
)

// withoutTime returns a line without the time, which must be that of now.
func withoutTime(t *testing.T, line string) string {
	t.Helper()
	text, rest, _ := strings.Cut(strings.TrimPrefix(line, `{"time":"`), `",`)
	at, err := time.Parse("2006-01-02T15:04:05.000000000Z", text)
	if err != nil || time.Since(at).Abs() > time.Hour {
		t.Errorf("%s: time %v, %v", line, at, err)
	}
	return rest
}

func TestTraceLines(t *testing.T) {
	p := newProvider(t, "lines")
	probes := []interface{ Enabled() bool }{}
	integers := stapsdt.MustProbe4[int8, uint64, status, uintptr](p, "integers", "a", "b", "c", "d")
	others := stapsdt.MustProbe4[bool, float32, float64, time.Duration](p, "others", "a", "b",
		"c", "d")
	texts := stapsdt.MustProbe4[string, []byte, token, int](p, "texts", "s", "b", "t", "n")
	unnamed := stapsdt.MustProbe2[[]byte, int](p, "unnamed")
	none := stapsdt.MustProbe0(p, "none")
	for _, probe := range append(probes, integers, others, texts, unnamed, none) {
		if probe.Enabled() {
			t.Fatal("a probe is heard")
		}
	}
	s := openStream(t, newServer(t)+"trace?probe=lines:*&limit=8&text=128")
	integers.Fire(-1, math.MaxUint64, 7, 8)
	others.Fire(true, -1.5, math.NaN(), time.Second)
	others.Fire(false, float32(math.Inf(1)), 1e300, -1)
	texts.Fire("Ada", []byte{0, 1, 255}, "<\"\u202e\xff\x00>", -5)
	texts.Fire("", nil, token(strings.Repeat("x", 129)), 0)
	unnamed.Fire([]byte("ab"), 1)
	none.Fire()
	stapsdt.MustProbe1[int](p, "later").Fire(3)
	process := fmt.Sprintf(`"pid":%d,"comm":%q,"provider":"lines","probe":`, os.Getpid(),
		filepath.Base(os.Args[0]))
	want := []string{
		`"integers","args":[-1,18446744073709551615,7,8],` +
			`"fields":{"a":-1,"b":18446744073709551615,"c":7,"d":8}}`,
		`"others","args":[1,3217031168,9221120237041090561,1000000000],` +
			`"fields":{"a":true,"b":-1.5,"c":"NaN","d":1000000000}}`,
		`"others","args":[0,2139095040,9094988921128908188,-1],` +
			`"fields":{"a":false,"b":"+Inf","c":1e+300,"d":-1}}`,
		`"texts","args":["Ada","AAH/",3,"<\"\u202e�\u0000>",-5],` +
			`"fields":{"s":"Ada","b":"AAH/","t":"<\"\u202e�\u0000>","n":-5}}`,
		`"texts","args":["","",0,"` + strings.Repeat("x", 128) + `",0],"cut":[3],` +
			`"fields":{"s":"","b":"","t":"` + strings.Repeat("x", 128) + `","n":0}}`,
		`"unnamed","args":["YWI=",2,1],"fields":{"arg0":"YWI=","arg2":1}}`,
		`"none","args":[],"fields":{}}`,
		`"later","args":[3],"fields":{"arg0":3}}`,
	}
	lines := s.rest(t)
	if len(lines) != len(want)+1 {
		t.Fatalf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for i, line := range lines[:len(want)] {
		if diff := cmp.Diff(process+want[i], withoutTime(t, line)); diff != "" {
			t.Errorf("line %d (-want +got):\n%s", i, diff)
		}
		parse[map[string]any](t, line)
	}
	if end := lines[len(want)]; end != `{"events":8,"lost":0,"end":""}` {
		t.Errorf("the last line is %s", end)
	}
}

func TestTraceWhere(t *testing.T) {
	p := newProvider(t, "where")
	probe := stapsdt.MustProbe4[int, string, []byte, bool](p, "p", "n", "s", "b", "ok")
	url := newServer(t) + "trace?probe=where:p&limit=1&where="
	long := strings.Repeat("long", 1000)
	for where, want := range map[string]int{
		"n+>+2":                        3,
		"arg0+>+2":                     3,
		"s+==+%22two%22":               2,
		"s+!=+%22zero%22":              1,
		"b+==+%22two%22+%26%26+n+!=+0": 2,
		"arg2+==+%22two%22":            2,
		"arg3+==+1":                    1, // the length of b
		"ok":                           3,
		"n+<+0":                        -1,
		"pid+==+" + fmt.Sprint(os.Getpid()) + "+%26%26+n+==+4": 4,
	} {
		s := openStream(t, url+where)
		for n, text := range []string{"zero", "1", "two", "thr", "four", long} {
			if n == 4 {
				probe.Fire(n, text, []byte(text), false)
			} else {
				probe.Fire(n, text, []byte(text), n == 3)
			}
		}
		probe.Fire(-1, long, []byte(long), false)
		line := parse[struct {
			Time, Comm, Provider, Probe string
			PID                         int
			Args                        []any
			Cut                         []int
			Fields                      struct {
				N    int
				S, B string
				OK   bool
			}
		}](t, s.next(t))
		if line.Fields.N != want {
			t.Errorf("%s: the first is %d, want %d", where, line.Fields.N, want)
		}
	}
}

func TestTraceFrames(t *testing.T) {
	p := newProvider(t, "frames")
	probe := stapsdt.MustProbe4[string, []byte, int8, float64](p, "p", "s", "b", "i", "f").
		Describe("A description.")
	s := openStream(t, newServer(t)+"trace?probe=frames:*&limit=4&format=binary&text=128")
	if got := s.response.Header.Get("Content-Type"); got != wire.ContentType {
		t.Errorf("content type %q", got)
	}
	probe.Fire("Ada", []byte{1}, -1, 1.5)
	probe.Fire(strings.Repeat("x", 200), nil, 1, 0)
	stapsdt.MustProbe1[int64](p, "later", "n").Fire(5)
	alike := newProvider(t, "frames")
	stapsdt.MustProbe1[int64](alike, "later", "n").Fire(6)
	d, header, err := wire.NewDecoder(s.response.Body)
	if err != nil || header.PID != os.Getpid() || header.Command != filepath.Base(os.Args[0]) {
		t.Fatalf("%+v, %v", header, err)
	}
	var got []string
	for {
		frame, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch f := frame.(type) {
		case *wire.Event:
			if at := time.Unix(0, f.Nanoseconds); time.Since(at).Abs() > time.Hour {
				t.Errorf("time %v", at)
			}
			got = append(got, fmt.Sprintf("event %d", f.Probe))
			for _, v := range f.Values {
				if len(v.Data) > 100 {
					v.Data = fmt.Append(nil, len(v.Data), " bytes")
				}
				got = append(got, fmt.Sprintf("%x %s %d", v.Bits, v.Data, v.Length))
			}
		case *wire.Probe:
			got = append(got, fmt.Sprintf("probe %+v", *f))
		default:
			got = append(got, fmt.Sprintf("%T %+v", f, f))
		}
	}
	want := []string{
		"probe {Provider:frames Name:p Description:A description. Args:[{Name:s GoType:string " +
			"Type:String} {Name:b GoType:[]byte Type:Bytes} {Name:i GoType:int8 Type:Int8} " +
			"{Name:f GoType:float64 Type:Float64}]}",
		"wire.Lost 0",
		"event 0", "0 Ada 3", "0 \x01 1", "ffffffffffffffff  0", "3ff8000000000000  0",
		"event 0", "0 128 bytes 200", "0  0", "1  0", "0  0",
		"probe {Provider:frames Name:later Description: Args:[{Name:n GoType:int64 Type:Int64}]}",
		"event 1", "5  0", "event 1", "6  0", // of a probe that is declared alike
		"wire.End {Sent:4 Lost:0 Reason:}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
}

// TestTraceEnds: when the time is over, what was fired before is there.
func TestTraceEnds(t *testing.T) {
	p := newProvider(t, "ends")
	probe := stapsdt.MustProbe1[int](p, "p")
	s := openStream(t, newServer(t)+"trace?probe=ends:p&seconds=0.2")
	fired := 0
	for ; probe.Enabled(); fired++ {
		probe.Fire(fired)
		time.Sleep(time.Millisecond)
	}
	lines := s.rest(t)
	// The last fire may have come after Enabled.
	if n := len(lines) - 1; n != fired && n != fired-1 {
		t.Errorf("%d events, fired %d", n, fired)
	}
	got, n := lines[len(lines)-1], len(lines)-1
	if want := fmt.Sprintf(`{"events":%d,"lost":0,"end":""}`, n); got != want {
		t.Errorf("the last line is %s, want %s", got, want)
	}
}

// TestWithoutFlush: a server, or what wraps its answers, cannot pass on what is written at once.
// The answer comes when it is complete.
func TestWithoutFlush(t *testing.T) {
	stapsdt.MustProbe0(newProvider(t, "whole"), "p")
	recorder := httptest.NewRecorder()
	plain := struct{ http.ResponseWriter }{recorder} // has no other methods
	url := "http://localhost/count?probe=whole:*&seconds=0.1"
	Handler().ServeHTTP(plain, httptest.NewRequest(http.MethodGet, url, nil))
	if text := recorder.Body.String(); recorder.Code != http.StatusOK || !json.Valid([]byte(text)) {
		t.Errorf("status %d, %q", recorder.Code, text)
	}
}

// TestFramesLost: a binary stream says how many events are lost so far.
func TestFramesLost(t *testing.T) {
	f := new(frames)
	d, _, err := wire.NewDecoder(bytes.NewReader(f.lost(f.begin(nil, nil), 7)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []wire.Lost{0, 7} {
		if frame, err := d.Next(); err != nil || frame != wire.Frame(want) {
			t.Errorf("got %v, %v, want %v", frame, err, want)
		}
	}
}

// TestFramesProbes: a probe for which a stream has no room has no events in it. They are lost.
func TestFramesProbes(t *testing.T) {
	p := newProvider(t, "full")
	stapsdt.MustProbe0(p, "p")
	v := newView(p.Probes()[0])
	v.event = new(stapsdt.Event)
	q := query{patterns: []string{"full:p"}}
	s, err := q.open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	f := new(frames)
	for n, ok := 0, true; ok; n++ {
		_, _, ok = f.encoder.AppendProbe(nil, wire.Probe{Name: fmt.Sprint(n)})
	}
	tr := &trace{source: s, writer: f, lines: []byte("before")}
	tr.add(v)
	if string(tr.lines) != "before" || v.number != -1 || tr.sent != 0 || tr.lost() != 1 {
		t.Errorf("number %d; %d events, %d lost", v.number, tr.sent, tr.lost())
	}
}
