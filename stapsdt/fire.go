package stapsdt

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/go-usdt/usdt/cstub"
)

// fire hands the arguments at values, each of which has the layout of its declared type, to those
// who hear the probe, and enters it. It retains nothing of them.
func (p *Probe) fire(values *[MaxArgs]unsafe.Pointer) {
	if atomic.LoadPointer(&p.heard) != nil && !p.deliver(values) {
		return
	}
	if !p.byValue {
		p.fireAddresses(values)
		return
	}
	var words [cstub.MaxArgs]uint64
	for i, t := range p.types {
		words[i] = t.load(values[i])
	}
	p.enter(&words)
}

// enter calls the slot, unless the probe was unloaded after the caller's check. The site is read
// in the assembly of cstub.Call and nowhere else on this way, because of what retired.go says. It
// must not grow the stack, on which bytes may be whose addresses are integers already.
//
//go:nosplit
func (p *Probe) enter(words *[cstub.MaxArgs]uint64) {
	cstub.Call(&p.site, unsafe.Pointer(&p.idle), words)
}

// fireAddresses is fire for a probe with a string or []byte among its arguments.
//
// Strings are copied, because a NUL must follow them. Bytes are not copied. They may lie on this
// goroutine's stack, which any call may move, so the last loop before cstub.Call, which makes no
// calls, turns their addresses into integers. Asynchronous preemption there does no harm: the
// runtime does not move a stack at an asynchronous safe point.
func (p *Probe) fireAddresses(values *[MaxArgs]unsafe.Pointer) {
	var words [cstub.MaxArgs]uint64
	var addresses [cstub.MaxArgs]unsafe.Pointer
	buffer := textBuffers.Get().(*[]byte)
	free := p.growText(buffer, values)
	place := 0
	for i, t := range p.types {
		switch v := values[i]; t {
		case String:
			s := text(v)
			addresses[place] = unsafe.Pointer(unsafe.SliceData(free))
			copy(free, s)
			free[len(s)] = 0
			free = free[len(s)+1:]
		case Bytes:
			b := *(*[]byte)(v)
			addresses[place] = unsafe.Pointer(unsafe.SliceData(b))
			place++
			words[place] = uint64(len(b))
		default:
			words[place] = t.load(v)
		}
		place++
	}
	for i, a := range addresses {
		if a != nil {
			words[i] = uint64(uintptr(a))
		}
	}
	p.enter(&words)
	for _, a := range addresses {
		runtime.KeepAlive(a)
	}
	textBuffers.Put(buffer)
}

// text returns the part of the string at v that is passed.
func text(v unsafe.Pointer) string {
	s := *(*string)(v)
	return s[:min(len(s), MaxText)]
}

var textBuffers = sync.Pool{New: func() any {
	b := make([]byte, 256)
	return &b
}}

// growText makes the buffer large enough for all strings among values, each with its NUL, and
// returns it.
func (p *Probe) growText(buffer *[]byte, values *[MaxArgs]unsafe.Pointer) []byte {
	need := 0
	for i, t := range p.types {
		if t == String {
			need += len(text(values[i])) + 1
		}
	}
	if need > len(*buffer) {
		*buffer = make([]byte, need)
	}
	return *buffer
}
