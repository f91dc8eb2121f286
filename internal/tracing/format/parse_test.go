package format

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustParse(t testing.TB, text string) *Format {
	t.Helper()
	f, err := Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return f
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		text   string
		offset int
		msg    string // a part of it
	}{
		{`id=%`, 4, "verb after % is missing; write %% for"},
		{`id=%5`, 5, "verb after % is missing"},
		{`id=%k`, 4, "unknown verb 'k'"},
		{`id=%é`, 4, "unknown verb 'é'"},
		{`id=%q`, 4, "unknown verb 'q'"},
		{`id=%z`, 4, "unknown verb 'z'"},
		{`id=%5q.`, 5, "unknown verb 'q'"},
		{`id=%lk`, 5, "unknown verb 'k'"},
		{`id=% d`, 4, "unknown verb ' '"},
		{`id=%*d`, 4, "unknown verb '*'"},
		{`id=%[arg0]5[arg1]d`, 11, "unknown verb '['"},
		{`a\`, 1, "bad escape"},
		{`a\d`, 1, "bad escape"},
		{`a\x1`, 1, "bad escape"},
		{`%1025d`, 1, "width 1025 is too large; at most 1024"},
		{`%99999999999999999999d`, 1, "is too large"},
		{`%.4097s`, 2, "precision 4097 is too large"},
		{`%.0s`, 0, "would read nothing"},
		{`%d%.b`, 2, "would read nothing"},
		{`%[1]d`, 1, "write [arg1]"},
		{`%[arg12]d`, 1, "there are [arg0] to [arg11]"},
		{`%[arg01]d`, 1, "there are [arg0] to [arg11]"},
		{`%[arg-1]d`, 1, "there are [arg0] to [arg11]"},
		{`%[]d`, 1, "there are [arg0] to [arg11]"},
		{`%[arg1d`, 1, "closing ]"},
		{`%[a b]d`, 1, "[NAME] for an argument that has a name"},
		{`%[4th]d`, 1, "is no argument"},
		{strings.Repeat("%d", 13), 24, "%d takes arg12"},
		{`%[arg11]b`, 0, "%b takes arg12"},
		{`%s %[arg0]b`, 3, "arg0 cannot be both"},
		{`%b %[arg0]s`, 3, "arg0 cannot be both"},
	}
	for _, test := range tests {
		_, err := Parse(test.text)
		var syntaxErr *SyntaxError
		if !errors.As(err, &syntaxErr) {
			t.Errorf("Parse(%q): got %v, want a *SyntaxError", test.text, err)
			continue
		}
		if syntaxErr.Offset != test.offset || !strings.Contains(syntaxErr.Msg, test.msg) {
			t.Errorf("Parse(%q): got %d: %s\nwant %d: …%s…",
				test.text, syntaxErr.Offset, syntaxErr.Msg, test.offset, test.msg)
		}
	}
}

func TestNeeds(t *testing.T) {
	tests := []struct {
		text string
		want []Need
	}{
		{`no arguments: 100%%`, nil},
		{`%d %s`, []Need{{Arg: 0}, {Arg: 1, Kind: String}}},
		{`%[arg3]x %d %[arg0]c`, []Need{{Arg: 0}, {Arg: 3}, {Arg: 4}}},
		{`%.16s %p`, []Need{{Arg: 0, Kind: String, Max: 16}, {Arg: 1}}},
		{`%[arg0]p %[arg0]s`, []Need{{Arg: 0, Kind: String}}},
		{`%[arg0]s %[arg0]p`, []Need{{Arg: 0, Kind: String}}},
		{`%.5s %.9[arg0]s %.7[arg0]s`, []Need{{Arg: 0, Kind: String, Max: 9}}},
		{`%.5s %[arg0]s`, []Need{{Arg: 0, Kind: String}}},
		{`%[arg0]s %.5[arg0]s`, []Need{{Arg: 0, Kind: String}}},
		{`%b %d`, []Need{{Arg: 0, Kind: Bytes, Length: 1}, {Arg: 1}, {Arg: 2}}},
		{`%[arg4].32b %[arg5]d`, []Need{{Arg: 4, Kind: Bytes, Length: 5, Max: 32}, {Arg: 5}}},
		{`%[arg1]s %[arg0]b`, []Need{{Arg: 0, Kind: Bytes, Length: 1}, {Arg: 1, Kind: String}}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, mustParse(t, test.text).Needs()); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.text, diff)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		text  string
		nargs int
		want  string
	}{
		{"x", 0, ""},
		{"%d %s", 2, ""},
		{"%d %s", 3, ""},
		{"%[arg4]b", 6, ""},
		{"é %d", 0, "column 3: %d takes arg0, but the probe has no arguments"},
		{"%d %s", 1, "column 4: %s takes arg1, but the probe has only arg0"},
		{"%d %b", 2, "column 4: %b takes arg2, but the probe has only arg0 to arg1"},
		{"%d %[arg11]d", 3, "column 4: %d takes arg11, but the probe has only arg0 to arg2"},
	}
	for _, test := range tests {
		got := ""
		if err := mustParse(t, test.text).Check(test.nargs); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("Check(%d) of %s: got %q, want %q", test.nargs, test.text, got, test.want)
		}
	}
}
