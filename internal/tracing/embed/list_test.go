package embed_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/embed"
)

func TestList(t *testing.T) {
	l := listOf(declared(library, probe("start", 8, 8), probe("none")), declared("example.com/copy"))
	text := written(t, l)
	const want = `{"provider":"shop","name":"start","sizes":[8,8],"signature":"a int64, b int64"},`
	if !strings.Contains(string(text), "\n  "+want+"\n") {
		t.Errorf("wrote %s", text)
	}
	got, err := embed.ReadList(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	l.Libraries[0].Probes[0].Signature = "a int64, b int64"
	l.Libraries[0].Probes[1].Sizes = []int{}
	l.Libraries[1].Probes = []embed.Probe{}
	if diff := cmp.Diff(l, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestReadListRefuses(t *testing.T) {
	good := string(written(t, listOf(declared(library, probe("start", 8, -4)))))
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the list has no %q: %s", old, good)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, test := range map[string]struct{ text, want string }{
		"empty":    {"", "EOF"},
		"text":     {"shop:start", "usdt embed --print"},
		"cut":      {good[:len(good)-5], "unexpected EOF"},
		"two":      {good + good, "does not end"},
		"version":  {replace(`"version": 1`, `"version": 2`), "version 2, want 1"},
		"member":   {replace(`"version"`, `"colour": 1, "version"`), `unknown field "colour"`},
		"twice":    {replace(`[`, `[{"library": "github.com/go-usdt/usdt", "btf": "n+sBABgAAAAAAAAAAAAAAAAAAAABAAAAAA=="},`), "twice"},
		"size":     {replace(`[8,-4]`, `[8,-3]`), "argument of -3 bytes"},
		"many":     {replace(`[8,-4]`, `[8,8,8,8,8,8,8]`), "7 arguments, at most 6"},
		"name":     {replace(`"start"`, `"a b"`), "letters, digits"},
		"newline":  {replace(`"start"`, `"a\nb"`), "letters, digits"},
		"no name":  {replace(`"start"`, `""`), "letters, digits"},
		"types":    {replace(`"btf": "n`, `"btf": "A`), "malformed types"},
		"too long": {good + strings.Repeat(" ", 16<<20), "longer than"},
	} {
		l, err := embed.ReadList(strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, error %v, want %s", name, l, err, test.want)
		}
	}
}
