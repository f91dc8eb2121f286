package stapsdthttp

import (
	"os"

	"github.com/go-usdt/usdt/internal/wire"
)

// frames writes events in the form of package wire.
type frames struct{ encoder wire.Encoder }

func (f *frames) contentType() string { return wire.ContentType }

func (f *frames) begin(dst []byte, views []*view) []byte {
	dst = f.encoder.AppendHeader(dst, wire.Header{PID: os.Getpid(), Command: command()})
	for _, v := range views {
		dst = f.introduce(dst, v)
	}
	return f.encoder.AppendLost(dst, 0)
}

// introduce appends a probe, and numbers it from 1 on. One for which a stream has no room gets -1.
func (f *frames) introduce(dst []byte, v *view) []byte {
	p := wire.Probe{
		Provider: v.probe.Provider().Name(), Name: v.probe.Name(),
		Description: v.probe.Description(),
	}
	for i, param := range v.probe.Params() {
		p.Args = append(p.Args, wire.Arg{
			Name: param.Name, GoType: v.args[i].typeName, Type: param.Type,
		})
	}
	dst, number, ok := f.encoder.AppendProbe(dst, p)
	v.number = number + 1
	if !ok {
		v.number = -1
	}
	return dst
}

func (f *frames) event(dst []byte, v *view) (_ []byte, ok bool) {
	if v.number == 0 {
		dst = f.introduce(dst, v)
	}
	if v.number < 0 {
		return dst, false
	}
	return f.encoder.AppendEvent(dst, v.number-1, v.event.Time.UnixNano(), v.values), true
}

func (f *frames) lost(dst []byte, lost uint64) []byte { return f.encoder.AppendLost(dst, lost) }

func (f *frames) end(dst []byte, sent, lost uint64, reason string) []byte {
	return f.encoder.AppendEnd(dst, sent, lost, reason)
}
