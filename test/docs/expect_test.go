package docs

import (
	"strings"
	"testing"
)

func TestExpression(t *testing.T) {
	tests := []struct {
		shown, printed string
		matches        bool
	}{
		{"10:34:47.823144 a", "00:00:00.1 a", true},
		{"10:34:47.823144 a", "00:00:00 a", true},
		{"10:34:47 a", "12 a", false},
		{"2026-11-29T05:13:51Z", "2030-01-01 00:00:00", true},
		{"0x7f4be2f52006", "0x55", true},
		{"0x7f4be2f52006", "55", false},
		{"took 1.5ms", "took 1m2.5s", true},
		{"took 1.5ms", "took 1.5", false},
		{"2KiB, 3 MB", "17 B, 1.5GiB", true},
		{"id=6 cents=-1,000", "id=12,345,678 cents=0.5", true},
		{"id=6", "id=six", false},
		{"arg0 x86_64 P99", "arg0 x86_64 P99", true},
		{"arg0", "arg1", false},
		{"/tmp/usdt3934676735/demo.sock", "/tmp/usdt1234567/demo.sock", true},
		{"build 9c2f8d0a1b3e", "build deadbeef0123456", true},
		{"build 9c2f8d0a1b3e", "build deadbeef", false},
		{"A  B   C", " A B            C", true},
		{"A B", "AB", false},
		{"a ... z", "a b c z", true},
		{`customer="Ada"`, `customer="Bob"`, false},
		{"process 3583", "process 3583", true},
		{"process 3583", "process 3584", false},
		{"process 42, id=7", "process 7, id=8", true},
		{"process 42, id=7", "process 42, id=7", false},
		{"(a|b)*", "(a|b)*", true},
	}
	for _, tt := range tests {
		re := expression(tt.shown, false, map[string]string{"3583": "3583", "42": "7"})
		if got := re.MatchString(tt.printed); got != tt.matches {
			t.Errorf("%q stands for %q: %t, want %t (%v)", tt.shown, tt.printed, got, tt.matches, re)
		}
	}
	re := expression("10:34:47 id=6", true, nil)
	if !re.MatchString("00:00:00 id=6") || re.MatchString("10:34:47 id=7") {
		t.Errorf("exactly: %v", re)
	}
}

func TestMatcher(t *testing.T) {
	const rows = "[1, 2)  5 |@@@|\n[2, 4)  5 |@ |"
	tests := []struct {
		name, shown, printed string
		excerpt              bool
		fails                string // the line at which it does, "end", or empty
	}{
		{"same", "a 1\n\nb", "a 2\nb\n\n", false, ""},
		{"other", "a\nb", "a\nc", false, "c"},
		{"less", "a\nb", "a", false, "end"},
		{"more", "a", "a\nb", false, "b"},
		{"nothing", "", "", false, ""},
		{"something", "", "a", false, "a"},
		{"dots", "a\n...\nz", "a\nb\nc\nz", false, ""},
		{"dots for nothing", "a\n...\nz", "a\nz", false, ""},
		{"dots twice", "a\n...\nz", "a\nz\nb\nz", false, ""},
		{"dots, less", "a\n...\nz", "a\nb", false, "end"},
		{"dots at the end", "a\n...", "a\nb\nc", false, ""},
		{"excerpt", "b\nd", "a\nb\nc\nd\ne", true, ""},
		{"excerpt, other order", "d\nb", "a\nb\nc\nd\ne", true, "end"},
		{"rows", rows + "\ncount 2", rows + "\n" + rows + "\ncount 3", false, ""},
		{"no rows", rows + "\ncount 2", "count 3", false, "count 3"},
		{"notice", "a", "usdt: tracing 2 probes in process 1; Ctrl-C ends it\na", false, ""},
		{"notice that is shown", "usdt: 1 event, 0 lost", "a", false, "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMatcher(wants(strings.Split(tt.shown, "\n"), &block{excerpt: tt.excerpt}, nil))
			fails := ""
			for line := range strings.SplitSeq(tt.printed, "\n") {
				if fails == "" && !m.take(line) {
					fails = line
				}
			}
			if fails == "" && !m.done() {
				fails = "end"
			}
			if fails != tt.fails {
				t.Errorf("it fails at %q, want %q; next would be %q", fails, tt.fails, m.next())
			}
		})
	}
}

func TestMatcherInterrupts(t *testing.T) {
	m := newMatcher(wants([]string{"a", "^C", "total 1"}, &block{}, nil))
	if m.interrupts() || !m.take("a") || !m.interrupts() || m.done() {
		t.Error("^C comes behind a")
	}
	if !m.take("b") || m.done() { // printed before the signal comes
		t.Error("more can be printed before ^C")
	}
	m.interrupt()
	if m.interrupts() || !m.take("c") || m.done() || !m.take("total 2") || !m.done() {
		t.Error("behind ^C comes the total")
	}
}
