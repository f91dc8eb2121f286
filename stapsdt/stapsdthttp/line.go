package stapsdthttp

import (
	"encoding/base64"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

// jsonLines writes an event as an object in one line, as usdt trace --json does, but for two
// members: there is no tid, because a goroutine has no thread of its own, and comm is the name of
// the program.
type jsonLines struct{}

func (jsonLines) contentType() string { return linesType }

func (jsonLines) begin(dst []byte, _ []*view) []byte { return dst }

// linePrefix is what lines have of a probe before there are events.
type linePrefix struct {
	names  []byte   // from the process up to the first argument
	labels [][]byte // of the arguments, up to their values
}

func (v *view) prefix() *linePrefix {
	if v.line != nil {
		return v.line
	}
	p, provider := new(linePrefix), v.probe.Provider().Name()
	p.names = strconv.AppendInt([]byte(`,"pid":`), int64(os.Getpid()), 10)
	p.names = printable.AppendJSON(append(p.names, `,"comm":`...), []byte(command()))
	p.names = printable.AppendJSON(append(p.names, `,"provider":`...), []byte(provider))
	p.names = printable.AppendJSON(append(p.names, `,"probe":`...), []byte(v.probe.Name()))
	p.names = append(p.names, `,"args":[`...)
	for _, arg := range v.args {
		p.labels = append(p.labels, append(printable.AppendJSON(nil, []byte(arg.label)), ':'))
	}
	v.line = p
	return p
}

// command returns the name of the program.
func command() string { return filepath.Base(os.Args[0]) }

func (jsonLines) event(dst []byte, v *view) (_ []byte, ok bool) {
	prefix := v.prefix()
	dst = append(dst, `{"time":"`...)
	dst = v.event.Time.UTC().AppendFormat(dst, "2006-01-02T15:04:05.000000000Z")
	dst = append(append(dst, '"'), prefix.names...)
	for i := range v.args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = v.args[i].appendPlaces(dst, v.values[i])
	}
	dst = v.appendCut(append(dst, ']'))
	dst = append(dst, `,"fields":{`...)
	for i := range v.args {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = v.args[i].appendField(append(dst, prefix.labels[i]...), v.values[i])
	}
	return append(dst, "}}\n"...), true
}

// appendPlaces appends an argument as the note has it.
func (a *viewArg) appendPlaces(dst []byte, v wire.Value) []byte {
	switch a.typ {
	case stapsdt.String:
		return printable.AppendJSON(dst, v.Data)
	case stapsdt.Bytes:
		return strconv.AppendInt(append(appendBase64(dst, v.Data), ','), int64(v.Length), 10)
	}
	return append(dst, integer.Of(v.Bits, a.isSigned()).String()...)
}

// appendField appends an argument as people see it.
func (a *viewArg) appendField(dst []byte, v wire.Value) []byte {
	switch a.typ {
	case stapsdt.String:
		return printable.AppendJSON(dst, v.Data)
	case stapsdt.Bytes:
		return appendBase64(dst, v.Data)
	case stapsdt.Bool:
		return strconv.AppendBool(dst, v.Bits != 0)
	case stapsdt.Float32:
		number := math.Float32frombits(uint32(v.Bits)) // #nosec G115 -- it has 32 bits
		return printable.AppendJSONFloat(dst, float64(number), 32)
	case stapsdt.Float64:
		return printable.AppendJSONFloat(dst, math.Float64frombits(v.Bits), 64)
	}
	return append(dst, integer.Of(v.Bits, a.isSigned()).String()...)
}

func appendBase64(dst, data []byte) []byte {
	dst = base64.StdEncoding.AppendEncode(append(dst, '"'), data)
	return append(dst, '"')
}

// appendCut appends the places of the texts that are not complete.
func (v *view) appendCut(dst []byte) []byte {
	separator := `,"cut":[`
	for i, value := range v.values {
		if len(value.Data) < value.Length {
			dst = strconv.AppendInt(append(dst, separator...), int64(v.args[i].place), 10)
			separator = ","
		}
	}
	if separator == "," {
		dst = append(dst, ']')
	}
	return dst
}

func (jsonLines) lost(dst []byte, lost uint64) []byte {
	return append(strconv.AppendUint(append(dst, `{"lost":`...), lost, 10), "}\n"...)
}

func (jsonLines) end(dst []byte, sent, lost uint64, reason string) []byte {
	dst = strconv.AppendUint(append(dst, `{"events":`...), sent, 10)
	dst = strconv.AppendUint(append(dst, `,"lost":`...), lost, 10)
	dst = printable.AppendJSON(append(dst, `,"end":`...), []byte(reason))
	return append(dst, "}\n"...)
}
