//go:build linux && (amd64 || arm64)

package command

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

func param(name string, kind signature.Kind, size int) signature.Param {
	return signature.Param{Name: name, Type: signature.Type{Name: "type", Kind: kind, Size: size}}
}

// describedPlan is the plan to trace shop:order with one argument, or two places of one.
func describedPlan(args string, p signature.Param) *tracePlan {
	plan := planFor(args)
	s := signature.New("shop", "order", "", p)
	plan.probes[0].Sites[0].Signature = &s
	plan.captures = (&captureFlags{limit: 10}).captures(plan.probes, nil)
	return plan
}

func bits(n uint64) uprobe.Value { return uprobe.Value{Read: true, Int: n} }

// Each kind of argument is shown as its type says.
func TestFields(t *testing.T) {
	float := func(n float64) uprobe.Value { return bits(math.Float64bits(n)) }
	for _, test := range []struct {
		args       string
		kind       signature.Kind
		values     []uprobe.Value
		text, json string
	}{
		{"-4@%edi", signature.Int, []uprobe.Value{intValue(-5)}, "-5", "-5"},
		{"8@%rdi", signature.Uint, []uprobe.Value{bits(math.MaxUint64)}, "18446744073709551615",
			"18446744073709551615"},
		{"1@%dil", signature.Bool, []uprobe.Value{bits(1)}, "true", "true"},
		{"1@%dil", signature.Bool, []uprobe.Value{bits(0)}, "false", "false"},
		{"8@%rdi", signature.Float, []uprobe.Value{float(-1.5e300)}, "-1.5e+300", "-1.5e+300"},
		{"4@%edi", signature.Float, []uprobe.Value{bits(uint64(math.Float32bits(0.1)))}, "0.1", "0.1"},
		{"8@%rdi", signature.Float, []uprobe.Value{float(math.NaN())}, "NaN", `"NaN"`},
		{"8@%rdi", signature.Float, []uprobe.Value{float(math.Inf(-1))}, "-Inf", `"-Inf"`},
		{"-8@%rdi", signature.Duration, []uprobe.Value{intValue(1_500_000_000)}, "1.5s", "1500000000"},
		{"-8@%rdi", signature.Duration, []uprobe.Value{intValue(-1)}, "-1ns", "-1"},
		{"8@%rdi", signature.Pointer, []uprobe.Value{bits(0xdead)}, "0xdead", "57005"},
		{"8@%rdi", signature.String, []uprobe.Value{text("tea\x1b")}, `"tea\x1b"`, `"tea\u001b"`},
		{"8@%rdi", signature.String, []uprobe.Value{cutText("0123456789")}, `"0123456789"…`,
			`"0123456789"`},
		{"8@%rdi", signature.String, []uprobe.Value{{Read: true}}, "(fault)", "null"},
		{"8@%rdi 4@%esi", signature.Text, []uprobe.Value{text("é"), bits(2)}, `"é"`, `"é"`},
		{"8@%rdi -8@%rsi", signature.Bytes, []uprobe.Value{text("\x00\xff?"), bits(3)},
			`"\x00\xff?"`, `"AP8/"`},
		{"8@%rdi", signature.Uint, []uprobe.Value{{}}, "(fault)", "null"},
	} {
		plan := describedPlan(test.args, param("name", test.kind, 8))
		ev := &uprobe.Event{Args: test.values}
		line := string(newTextEvents(plan, false).append(nil, ev))
		if want := " shop:order name=" + test.text + "\n"; !strings.HasSuffix(line, want) {
			t.Errorf("kind %d of %s: got %s, want the end %s", test.kind, test.args, line, want)
		}
		line = string(newJSONEvents(plan).append(nil, ev))
		if want := `,"fields":{"name":` + test.json + "}}\n"; !strings.HasSuffix(line, want) {
			t.Errorf("kind %d of %s: got %s, want the end %s", test.kind, test.args, line, want)
		}
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}

func TestFieldsAllocateNothing(t *testing.T) {
	const args = "8@%rdi -8@%rsi 8@%rdx -8@%rcx 1@%r8b 8@%r9"
	plan := planFor(args)
	s := signature.New("shop", "order", "", param("body", signature.Bytes, 8),
		param("path", signature.String, 8), param("took", signature.Duration, 8),
		param("ok", signature.Bool, 1), param("price", signature.Float, 8))
	plan.probes[0].Sites[0].Signature = &s
	plan.captures = (&captureFlags{limit: 9}).captures(plan.probes, nil)
	ev := &uprobe.Event{Args: []uprobe.Value{
		text("body"), bits(4), text("/"), bits(1500), bits(1), bits(math.Float64bits(0.1)),
	}}
	for name, w := range map[string]eventWriter{
		"text": newTextEvents(plan, false), "JSON": newJSONEvents(plan),
	} {
		line := w.append(nil, ev)
		if n := testing.AllocsPerRun(100, func() { line = w.append(line[:0], ev) }); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}

// The names that a hostile program gives to its arguments do nothing to a terminal.
func TestFieldNames(t *testing.T) {
	plan := describedPlan("8@%rdi", param("a\x1b\"\n", signature.Uint, 8))
	ev := &uprobe.Event{Args: []uprobe.Value{bits(1)}}
	if line := string(newTextEvents(plan, false).append(nil, ev)); !strings.HasSuffix(line,
		` shop:order "a\x1b\"\n"=1`+"\n") {
		t.Errorf("got %q", line)
	}
	if line := string(newJSONEvents(plan).append(nil, ev)); !strings.HasSuffix(line,
		`"fields":{"a\u001b\"\n":1}}`+"\n") {
		t.Errorf("got %q", line)
	}
}

// Flags with a number are for probes that are not described, those with a probe or a name for any.
func TestTargets(t *testing.T) {
	site := func(args string, s *signature.Signature) uprobe.Site {
		plan := planFor(args)
		plan.probes[0].Sites[0].Signature = s
		return plan.probes[0].Sites[0]
	}
	s := signature.New("shop", "order", "", param("id", signature.Uint, 8),
		param("at", signature.Pointer, 8), param("path", signature.String, 8))
	const args = "8@%rdi 8@%rsi 8@%rdx 4@%ecx"
	described, plain := site(args[:len(args)-7], &s), site(args, nil)
	for _, test := range []struct {
		str, bytes string
		site       uprobe.Site
		want       []target
	}{
		{"", "", plain, nil},
		{"", "", described, []target{{2, signature.String}}},
		{"1", "", plain, []target{{1, signature.String}}},
		{"1", "", described, []target{{2, signature.String}}},
		{"0,arg1", "2", plain, []target{
			{0, signature.String}, {1, signature.String}, {2, signature.Bytes},
		}},
		{"3", "", plain, nil}, // no address
		{"", "3", plain, nil},
		{"shop:order:1", "", plain, []target{{1, signature.String}}},
		{"shop:o*:at", "", described, []target{{1, signature.String}, {2, signature.String}}},
		{"shop:tick:1", "", plain, nil},
		{"at", "", described, []target{{1, signature.String}, {2, signature.String}}},
		{"", "shop:order:1", described, []target{{1, signature.Bytes}, {2, signature.String}}},
	} {
		var str, bytes pointedFlag
		for flag, text := range map[*pointedFlag]string{&str: test.str, &bytes: test.bytes} {
			if text == "" {
				continue
			}
			if err := flag.Set(text); err != nil {
				t.Fatal(err)
			}
		}
		got := targets(test.site, str, bytes)
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(target{})); diff != "" {
			t.Errorf("--str %s --bytes %s, described %v: (-want +got)\n%s", test.str, test.bytes,
				test.site.Signature != nil, diff)
		}
	}
}
