package docs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const fenced = "# Title\n" +
	"\n" +
	"Text, and below it\n    what belongs to it.\n" +
	"\n" +
	"<!-- section -->\n" +
	"<!-- run: ./shop --port 1 as 7 once \"is ready\" -->\n" +
	"<!-- run as 42 -->\n" +
	"<!-- excerpt -->\n" +
	"<!-- exactly -->\n" +
	"```console\n" +
	"$ usdt trace\n" +
	"    four columns\n" +
	"```\n" +
	"<!-- file: a/main.go -->\n" +
	"<!-- first: mkdir a -->\n" +
	"```go\n" +
	"```\n" +
	"<!-- not run: it needs a cluster: any -->\n" +
	"```sh\n" +
	"kubectl\n" +
	"```\n"

func TestParse(t *testing.T) {
	got, err := parsePage(fenced)
	if err != nil {
		t.Fatal(err)
	}
	want := []*block{
		{
			line: 12, language: "console", lines: []string{"$ usdt trace", "    four columns"},
			excerpt: true, exact: true,
			programs: []program{{7, "./shop --port 1", "7", "is ready"}, {8, "", "42", ""}},
		},
		{line: 18, language: "go", file: "a/main.go", first: []string{"mkdir a"}},
		{line: 21, language: "sh", lines: []string{"kubectl"}, notRun: "it needs a cluster: any"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(block{}, program{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	got, err = parsePage("<!-- nothing is run: others do -->\n" + fenced)
	if err != nil || got[0].notRun != "others do" || got[2].notRun != "it needs a cluster: any" {
		t.Errorf("a reason for all: %+v, %v", got, err)
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"```\na\n```":                    `line 1: the block's language is ""`,
		"```gogo\na\n```":                `line 1: the block's language is "gogo"`,
		"``` go x\na\n```":               "line 1: ",
		"a\n```go\na":                    "line 3: the block has no end",
		"\n    indented\n":               "line 2: an indented block",
		"<!-- excerpt -->\na":            "line 1: the comment has no block behind it",
		"<!-- no run: a -->\n":           `line 1: unknown comment "no run: a"`,
		"<!-- run: a -->\n```go\na\n```": `line 1: unknown comment "run: a"`,
	} {
		if _, err := parsePage(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}
