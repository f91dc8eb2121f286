//go:build linux && (amd64 || arm64)

package guest

import (
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// shot is a fire of a probe and the argument values that a tracer must see.
type shot struct {
	probe string
	fire  func()
	want  []uint64
}

type integer interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// scalar adds a probe with one argument, and returns a shot for each of the values. word returns
// what a tracer sees of a value.
func scalar[A stapsdt.Arg](p *stapsdt.Provider, name string, word func(A) uint64,
	values ...A) []shot {
	probe := stapsdt.MustProbe1[A](p, name)
	var shots []shot
	for _, v := range values {
		shots = append(shots, shot{name, func() { probe.Fire(v) }, []uint64{word(v)}})
	}
	return shots
}

// extended is v as a word of 64 bits, sign-extended if A is signed.
func extended[A integer](v A) uint64 { return uint64(v) }

func numbers(p *stapsdt.Provider) []shot {
	bit := map[bool]uint64{true: 1}
	return slices.Concat(
		scalar(p, "int8", extended[int8], math.MinInt8, -1, 0, math.MaxInt8),
		scalar(p, "int16", extended[int16], math.MinInt16, -1, 0, math.MaxInt16),
		scalar(p, "int32", extended[int32], math.MinInt32, -1, 0, math.MaxInt32),
		scalar(p, "int64", extended[int64], math.MinInt64, -1, 0, math.MaxInt64),
		scalar(p, "uint8", extended[uint8], 0, 1, math.MaxInt8+1, math.MaxUint8),
		scalar(p, "uint16", extended[uint16], 0, 1, math.MaxInt16+1, math.MaxUint16),
		scalar(p, "uint32", extended[uint32], 0, 1, math.MaxInt32+1, math.MaxUint32),
		scalar(p, "uint64", extended[uint64], 0, 1, math.MaxInt64+1, math.MaxUint64),
		scalar(p, "bool", func(v bool) uint64 { return bit[v] }, false, true),
		scalar(p, "float32", func(v float32) uint64 { return uint64(math.Float32bits(v)) },
			0, -1.5, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Inf(-1)),
			float32(math.NaN())),
		scalar(p, "float64", math.Float64bits,
			0, -1.5, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(-1), math.NaN()),
	)
}

// sixes use all the registers at once, with every size.
func sixes(p *stapsdt.Provider) []shot {
	probe := stapsdt.MustProbe6[uint64, int8, uint16, int32, uint8, int64](p, "six")
	lowest := func() { probe.Fire(0, math.MinInt8, 0, math.MinInt32, 0, math.MinInt64) }
	highest := func() {
		probe.Fire(math.MaxUint64, math.MaxInt8, math.MaxUint16, math.MaxInt32, math.MaxUint8,
			math.MaxInt64)
	}
	inOrder := func() { probe.Fire(1, 2, 3, 4, 5, 6) }
	return []shot{
		{"six", lowest, []uint64{0, extended[int8](math.MinInt8), 0, extended[int32](math.MinInt32), 0,
			extended[int64](math.MinInt64)}},
		{"six", highest, []uint64{math.MaxUint64, math.MaxInt8, math.MaxUint16, math.MaxInt32,
			math.MaxUint8, math.MaxInt64}},
		{"six", inOrder, []uint64{1, 2, 3, 4, 5, 6}},
	}
}

func TestNumbers(t *testing.T) {
	backings(t, func(t *testing.T, p *stapsdt.Provider) {
		shots := slices.Concat(numbers(p), sixes(p))
		load(t, p)
		checkShots(t, p, shots)
	})
}

// checkShots fires, and compares what a perf event samples.
func checkShots(t *testing.T, p *stapsdt.Provider, shots []shot) {
	t.Helper()
	notes := list(t, p)
	tracers := make(map[string]*sampler)
	for _, s := range shots {
		if tracers[s.probe] == nil {
			tracers[s.probe] = sample(t, p.Path(), notes[s.probe])
		}
		s.fire()
		if hits := tracers[s.probe].hits(); len(hits) != 1 || !slices.Equal(hits[0], s.want) {
			t.Errorf("%s: sampled %#x, want once %#x", s.probe, hits, s.want)
		}
	}
}

// TestTexts reads the memory at the sampled addresses.
func TestTexts(t *testing.T) {
	// The buffer of a string that was fired goes back to a pool. No collection may free it before it
	// is read.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	backings(t, func(t *testing.T, p *stapsdt.Provider) {
		probe := stapsdt.MustProbe4[string, int32, []byte, string](p, "texts")
		load(t, p)
		tracer := sample(t, p.Path(), list(t, p)["texts"])
		long := strings.Repeat("0123456789", 100)
		for _, text := range []string{"", "a", "Grüße, 世界", long} {
			data := []byte("bytes of " + text)
			probe.Fire(text, -7, data, "last")
			hits := tracer.hits()
			if len(hits) != 1 || len(hits[0]) != 5 {
				t.Fatalf("%.20q: sampled %#x, want once 5 places", text, hits)
			}
			args := hits[0]
			expectMemory(t, args[0], text+"\x00")
			if number := int64(args[1]); number != -7 {
				t.Errorf("number behind the string: %d, want -7", number)
			}
			expectMemory(t, args[2], string(data))
			if size := int(args[3]); size != len(data) {
				t.Errorf("length: %d, want %d", size, len(data))
			}
			expectMemory(t, args[4], "last\x00")
		}
	})
}

// expectMemory reads this process's memory as a tracer would, and compares it.
func expectMemory(t *testing.T, address uint64, want string) {
	t.Helper()
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	got := make([]byte, len(want))
	if _, err := mem.ReadAt(got, int64(address)); err != nil {
		t.Fatalf("read %#x: %v", address, err)
	}
	if string(got) != want {
		t.Errorf("memory at %#x: %.40q, want %.40q", address, got, want)
	}
}
