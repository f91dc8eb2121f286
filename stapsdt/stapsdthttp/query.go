package stapsdthttp

import (
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/stapsdt"
)

// These bound what a query asks for.
const (
	maxQuery    = 8 << 10 // bytes
	maxPatterns = 64

	leastInterval  = 100 * time.Millisecond
	leastText      = filter.MaxString + 1 // a filter can tell a longer text by its length
	leastTexts     = 16                   // have room in a buffer, as stapsdt.ListenConfig demands
	defaultTextLen = stapsdt.DefaultListenText
)

// query is what a request asks for.
type query struct {
	patterns   []string
	where      filter.Expr // nil: all events
	duration   time.Duration
	interval   time.Duration // between readings; 0: one at the end
	limit      uint64        // of events; 0: none
	isBinary   bool
	config     stapsdt.ListenConfig
	arg, key   argument
	by         []argument // by whose values events are grouped
	stats      []argument // that are added up
	scale      histogram.Scale
	start, end string // PROVIDER:PROBE
	isPair     bool   // start and end are all; where is about the start, of which no event is left out
}

// parameters has what sets a member of a query, by name.
var parameters = map[string]func(q *query, value string) error{
	"probe":    (*query).setProbe,
	"where":    (*query).setWhere,
	"seconds":  func(q *query, v string) error { return setSeconds(&q.duration, v, 0, MaxSeconds) },
	"interval": (*query).setInterval,
	"limit":    func(q *query, v string) error { return setNumber(&q.limit, v, 1, math.MaxUint64) },
	"format":   (*query).setFormat,
	"buffer":   func(q *query, v string) error { return setNumber(&q.config.Buffer, v, 1, MaxBuffer) },
	"text":     (*query).setText,
	"arg":      func(q *query, v string) error { return q.arg.set(v) },
	"by":       func(q *query, v string) error { return setArguments(&q.by, v) },
	"stats":    func(q *query, v string) error { return setArguments(&q.stats, v) },
	"key":      func(q *query, v string) error { return q.key.set(v) },
	"linear":   (*query).setLinear,
	"start":    func(q *query, v string) error { return setName(&q.start, v) },
	"end":      func(q *query, v string) error { return setName(&q.end, v) },
}

// parseQuery reads the query of a request, which may have the parameters that are named. All of
// them but probe may be given once. The error is a refusal.
func parseQuery(text string, names ...string) (*query, error) {
	if len(text) > maxQuery {
		return nil, refuse(http.StatusRequestURITooLong, "the query has %d bytes, at most %d", len(text),
			maxQuery)
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, badQuery("the query cannot be read: %v; escape it as an URL demands", err)
	}
	q := &query{
		duration: DefaultSeconds * time.Second,
		config:   stapsdt.ListenConfig{Buffer: defaultBuffer, Text: defaultTextLen},
		arg:      noArgument,
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(names, name) {
			return nil, badQuery("there is no parameter %q here; there are %s", name,
				strings.Join(names, ", "))
		}
		list := values[name]
		if len(list) > 1 && name != "probe" {
			return nil, badQuery("%s is given %d times; give it once", name, len(list))
		}
		for _, value := range list {
			if err := parameters[name](q, value); err != nil {
				return nil, badQuery("%s=%q: %v", name, value, err)
			}
		}
	}
	return q, q.check()
}

// check looks at what members have to do with each other.
func (q *query) check() error {
	if least := leastTexts * q.config.Text; q.config.Buffer < least {
		return badQuery("buffer: %d bytes; texts of %d bytes need %d at least", q.config.Buffer,
			q.config.Text, least)
	}
	return nil
}

func (q *query) setProbe(pattern string) error {
	if len(q.patterns) == maxPatterns {
		return badQuery("more than %d patterns; use wildcards", maxPatterns)
	}
	q.patterns = append(q.patterns, pattern)
	return nil
}

func (q *query) setWhere(text string) (err error) {
	q.where, err = filter.Parse(text)
	if err == nil && filter.UsesTID(q.where) {
		err = badQuery("there is no tid: a goroutine has no thread of its own")
	}
	return err
}

func setArguments(args *[]argument, list string) error {
	for text := range strings.SplitSeq(list, ",") {
		var a argument
		if err := a.set(text); err != nil {
			return err
		}
		if slices.Contains(*args, a) {
			return badQuery("%s is named twice", quote(text))
		}
		*args = append(*args, a)
	}
	if len(*args) > maxValues {
		return badQuery("%d arguments; give at most %d", len(*args), maxValues)
	}
	return nil
}

// needBy returns the needs of the arguments by whose values events are grouped, and those given.
func (q *query) needBy(find func(*view, argument) (int, error), others ...need) []need {
	for _, a := range q.by {
		others = append(others, need{a, find})
	}
	return others
}

func (q *query) setInterval(text string) error {
	return setSeconds(&q.interval, text, leastInterval, MaxSeconds)
}

func (q *query) setFormat(text string) error {
	q.isBinary = text == "binary"
	if !q.isBinary && text != "json" {
		return badQuery("want json or binary")
	}
	return nil
}

func (q *query) setText(text string) error {
	return setNumber(&q.config.Text, text, leastText, stapsdt.MaxText)
}

func (q *query) setLinear(text string) error {
	var ends []int64
	for text := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			break
		}
		ends = append(ends, n)
	}
	if len(ends) != 3 || strings.Count(text, ",") != 2 {
		return badQuery("want three integers LO,HI,STEP, such as 0,1000,50")
	}
	var err error
	q.scale, err = histogram.Linear(ends[0], ends[1], ends[2])
	return err
}

// setSeconds parses a number of seconds, above 0, from least to most.
func setSeconds(d *time.Duration, text string, least time.Duration, most float64) error {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0) || n < least.Seconds() || n > most {
		return badQuery("want a number of seconds, from %v to %v", least.Seconds(), most)
	}
	*d = time.Duration(n * float64(time.Second))
	return nil
}

func setNumber[N int | uint64](n *N, text string, least, most uint64) error {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil || v < least || v > most {
		return badQuery("want a number from %d to %d", least, most)
	}
	*n = N(v)
	return nil
}

// setName takes PROVIDER:PROBE without wildcards.
func setName(name *string, text string) error {
	provider, probe, _ := strings.Cut(text, ":")
	if provider == "" || probe == "" || strings.ContainsAny(text, `*?[\`) {
		return badQuery("want PROVIDER:PROBE, without wildcards")
	}
	*name = text
	return nil
}
