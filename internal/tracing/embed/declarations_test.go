package embed

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/btf"
)

func TestParseDeclarations(t *testing.T) {
	types := string(btf.New(nil, btf.Room{}).Bytes())
	printed := block.DeclarationsHeader + "probe shop start 8 -4\nprobe shop none\nbtf 25\n" + types
	l, err := parseDeclarations("example.com/x", []byte(printed))
	if err != nil {
		t.Fatal(err)
	}
	want := Library{Library: "example.com/x", BTF: []byte(types), Probes: []Probe{
		{Provider: "shop", Name: "start", Sizes: []int{8, -4}}, {Provider: "shop", Name: "none"}}}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for i := range printed {
		if _, err := parseDeclarations("x", []byte(printed[:i])); err != errIncomplete {
			t.Errorf("of %d bytes: error %v", i, err)
		}
	}
	for _, test := range []struct{ printed, want string }{
		{"go-usdt declarations 2\n", "of another version"},
		{printed + "x", "1 bytes too much"},
		{strings.Replace(printed, "probe", "sonde", 1), "which is no declaration"},
		{strings.Replace(printed, "-4", "", 1), "invalid syntax"},
		{strings.Replace(printed, "-4", "3", 1), "an argument of 3 bytes"},
		{strings.Replace(printed, "btf 25", "btf -25", 1), "invalid syntax"},
		{strings.Replace(printed, "shop", "", 1), "a name has"},
		{strings.Replace(printed, types, strings.Repeat("x", 25), 1), "malformed types"},
	} {
		if _, err := parseDeclarations("x", []byte(test.printed)); err == nil ||
			!strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %s", test.printed, err, test.want)
		}
	}
}
