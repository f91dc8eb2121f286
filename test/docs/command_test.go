package docs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommands(t *testing.T) {
	const text = `$ a 'b "
c' \
  d
e

$ f \'
$ g "\"
h"
 i
`
	b := &block{line: 10, lines: strings.Split(text, "\n")}
	got, err := b.commands()
	if err != nil {
		t.Fatal(err)
	}
	want := []*command{
		{line: 10, text: "a 'b \"\nc' \\\n  d", output: []string{"e"}, first: 13},
		{line: 15, text: `f \'`, output: []string{}, first: 16},
		{line: 16, text: "g \"\\\"\nh\"", output: []string{" i"}, first: 18},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(command{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCommandsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"usdt list":   "line 10: the block does not begin",
		"$ a\n$ b '":  "line 11: the command has no end",
		"$ a\n$ b \\": "line 11: the command has no end",
	} {
		b := &block{line: 10, lines: strings.Split(text, "\n")}
		if _, err := b.commands(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestContinues(t *testing.T) {
	for command, want := range map[string]bool{
		"a": false, `a \`: true, "a 'b": true, "a 'b'": false, `a "b`: true, `a "it's"`: false,
		`a \'`: false, `a '\'`: false, `a "\"`: true,
	} {
		if got := Continues(command); got != want {
			t.Errorf("%q: %t", command, got)
		}
	}
}
