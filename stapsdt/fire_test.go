//go:build linux && cgo && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/recorder"
	"github.com/go-usdt/usdt/stapsdt"
)

type (
	celsius int16
	label   string
	packet  []byte
)

func TestTypedFire(t *testing.T) {
	provider := newProvider(t)
	signed := stapsdt.MustProbe6[int8, int16, int32, int64, int, celsius](provider, "signed")
	unsigned := stapsdt.MustProbe6[uint8, uint16, uint32, uint64, uint, uintptr](provider, "unsigned")
	other := stapsdt.MustProbe4[bool, bool, float32, float64](provider, "other")
	p1 := stapsdt.MustProbe1[int32](provider, "p1")
	p3 := stapsdt.MustProbe3[int32, uint8, int64](provider, "p3")
	p5 := stapsdt.MustProbe5[int32, uint8, int64, bool, int8](provider, "p5")
	for _, p := range provider.Probes() {
		forced(p)
	}
	const minus = math.MaxUint64 // -1
	tests := []struct {
		name string
		fire func()
		want [6]uint64
	}{
		{"signed", func() { signed.Fire(-1, -1, -1, -1, -1, -1) }, [6]uint64{minus, minus, minus, minus,
			minus, minus}},
		{"signed min", func() {
			signed.Fire(math.MinInt8, math.MinInt16, math.MinInt32, math.MinInt64, 0, -3)
		}, [6]uint64{1<<64 - 1<<7, 1<<64 - 1<<15, 1<<64 - 1<<31, 1 << 63, 0, minus - 2}},
		{"unsigned max", func() {
			unsigned.Fire(math.MaxUint8, math.MaxUint16, math.MaxUint32, math.MaxUint64, 1, math.MaxUint64)
		}, [6]uint64{1<<8 - 1, 1<<16 - 1, 1<<32 - 1, minus, 1, minus}},
		{"other", func() { other.Fire(true, false, -1.5, math.Inf(-1)) },
			[6]uint64{1, 0, uint64(math.Float32bits(-1.5)), math.Float64bits(math.Inf(-1))}},
		{"one", func() { p1.Fire(-7) }, [6]uint64{minus - 6}},
		{"three", func() { p3.Fire(1, 2, 3) }, [6]uint64{1, 2, 3}},
		{"five", func() { p5.Fire(1, 2, 3, true, 5) }, [6]uint64{1, 2, 3, 1, 5}},
	}
	for _, test := range tests {
		test.fire()
		if diff := cmp.Diff(test.want, recorder.Last()); diff != "" {
			t.Errorf("%s: registers (-want +got):\n%s", test.name, diff)
		}
	}
}

// textAt reads the bytes up to the NUL, as a tracer would. They are still in the pool's buffer.
func textAt(word uint64) string {
	p := *(**byte)(unsafe.Pointer(&word))
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}

func TestFireStrings(t *testing.T) {
	provider := newProvider(t)
	p := stapsdt.MustProbe4[string, int16, label, string](provider, "p")
	forced(&p.Probe)
	for _, n := range []int{0, 1, 63, 200, 255, 256, stapsdt.MaxText, 1_000_000} {
		long := strings.Repeat("x", n)
		p.Fire(long, -2, label("y"+long), "end")
		words := recorder.Last()
		got := []string{textAt(words[0]), fmt.Sprint(int64(words[1])), textAt(words[2]), textAt(words[3])}
		if diff := cmp.Diff([]string{cut(long), "-2", cut("y" + long), "end"}, got); diff != "" {
			t.Errorf("strings of %d bytes (-want +got):\n%s", n, diff)
		}
	}
}

func cut(s string) string { return s[:min(len(s), stapsdt.MaxText)] }

func TestFireBytes(t *testing.T) {
	provider := newProvider(t)
	p := stapsdt.MustProbe3[[]byte, packet, uint8](provider, "p")
	forced(&p.Probe)
	a, b := []byte("first\x00part"), packet("second")
	p.Fire(a, b, 9)
	want := [6]uint64{address(a), uint64(len(a)), address(b), uint64(len(b)), 9}
	if diff := cmp.Diff(want, recorder.Last()); diff != "" {
		t.Errorf("registers (-want +got):\n%s", diff)
	}
	p.Fire(nil, packet{}, 1)
	if words := recorder.Last(); words[1] != 0 || words[3] != 0 || words[4] != 1 {
		t.Errorf("lengths of empty slices: %v", words)
	}
}

func address(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

func TestDynamicFire(t *testing.T) {
	provider := newProvider(t)
	tests := []struct {
		declared stapsdt.ArgType
		arg      any
		want     uint64
	}{
		{stapsdt.Int8, -128, 1<<64 - 128},
		{stapsdt.Int8, int8(-1), math.MaxUint64},
		{stapsdt.Int16, celsius(-2), math.MaxUint64 - 1},
		{stapsdt.Int32, uint8(7), 7},
		{stapsdt.Int64, uint64(math.MaxInt64), math.MaxInt64},
		{stapsdt.Uint8, 255, 255},
		{stapsdt.Uint16, uint16(65535), 65535},
		{stapsdt.Uint32, int64(math.MaxUint32), math.MaxUint32},
		{stapsdt.Uint64, uint64(math.MaxUint64), math.MaxUint64},
		{stapsdt.Uint64, uintptr(8), 8},
		{stapsdt.Bool, true, 1},
		{stapsdt.Float32, float32(1.5), uint64(math.Float32bits(1.5))},
		{stapsdt.Float64, -2.5, math.Float64bits(-2.5)},
		{stapsdt.Float64, float32(1.5), math.Float64bits(1.5)},
	}
	for i, test := range tests {
		p, err := provider.AddProbe(fmt.Sprint("p", i), test.declared, stapsdt.Int64)
		if err != nil {
			t.Fatal(err)
		}
		forced(p)
		if err := p.Fire(test.arg, i); err != nil {
			t.Errorf("%v as %v: %v", test.arg, test.declared, err)
		}
		if got := recorder.Last(); got != [6]uint64{test.want, uint64(i)} {
			t.Errorf("%v as %v: registers %#x, want %#x", test.arg, test.declared, got, test.want)
		}
	}
}

func TestDynamicFireText(t *testing.T) {
	provider := newProvider(t)
	p, err := provider.AddProbe("p", stapsdt.String, stapsdt.Bytes, stapsdt.String)
	if err != nil {
		t.Fatal(err)
	}
	forced(p)
	if err := p.Fire(label("named"), packet("bytes"), "last"); err != nil {
		t.Fatal(err)
	}
	words := recorder.Last()
	if got := textAt(words[0]); got != "named" {
		t.Errorf("string: %q", got)
	}
	if words[2] != 5 {
		t.Errorf("length of bytes: %d", words[2])
	}
	if got := textAt(words[3]); got != "last" {
		t.Errorf("second string: %q", got)
	}
}

func TestDynamicFireRefuses(t *testing.T) {
	provider := newProvider(t)
	tests := []struct {
		declared stapsdt.ArgType
		arg      any
	}{
		{stapsdt.Int8, 128}, {stapsdt.Int8, -129}, {stapsdt.Int64, uint64(1 << 63)},
		{stapsdt.Uint8, 256}, {stapsdt.Uint8, -1}, {stapsdt.Uint64, -1},
		{stapsdt.Int64, "1"}, {stapsdt.Int64, nil}, {stapsdt.Int64, 1.0}, {stapsdt.Int64, true},
		{stapsdt.Bool, 1}, {stapsdt.Float32, 1.5}, {stapsdt.Float64, 1},
		{stapsdt.String, 1}, {stapsdt.String, nil}, {stapsdt.String, []byte("b")}, {stapsdt.String,
			io.EOF},
		{stapsdt.Bytes, "s"}, {stapsdt.Bytes, []int{1}}, {stapsdt.Bytes, [2]byte{}},
	}
	for i, test := range tests {
		p, err := provider.AddProbe(fmt.Sprint("p", i), test.declared)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Fire(test.arg); err != nil {
			t.Errorf("%v as %v while disabled: %v, want nil", test.arg, test.declared, err)
		}
		if err := p.Fire(); !errors.Is(err, stapsdt.ErrArgs) {
			t.Errorf("no argument while disabled: %v, want ErrArgs", err)
		}
		forced(p)
		var e *stapsdt.Error
		err = p.Fire(test.arg)
		if !errors.Is(err, stapsdt.ErrArgs) || !errors.As(err, &e) || e.Op != "fire" ||
			e.Probe != p.Name() {
			t.Errorf("%v as %v: %v, want an Error with ErrArgs", test.arg, test.declared, err)
		}
	}
}
