//go:build linux && (amd64 || arm64)

package command

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/doctor"
	"github.com/go-usdt/usdt/internal/tracing/embed"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// TestSchemasHaveAllMembers: docs/schema describes each member that --json can write, and no other,
// also those that only some flags bring. That the values are as described is for test/schema.
func TestSchemasHaveAllMembers(t *testing.T) {
	const group, row, argument = "common.json $defs group", "count.json $defs row",
		"list.json $defs argument"
	tests := []struct {
		of    any
		place []string // files, each with the members that lead to the schema
	}{
		{reading.Count{}, []string{"count.json"}},
		{reading.ProbeCount{}, []string{row}},
		{reading.Hist{}, []string{"hist.json"}},
		{reading.Group{}, []string{group, "common.json $defs figures"}},
		{reading.Stats{}, []string{"common.json $defs stats"}},
		{reading.Bucket{}, []string{"common.json $defs bucket"}},
		{reading.Latency{}, []string{"latency.json", "common.json $defs figures"}},
		{probeJSON{processJSON: &processJSON{}}, []string{"list.json"}},
		{argumentJSON{}, []string{argument}},
		{inspectJSON{probeJSON: probeJSON{processJSON: &processJSON{}}}, []string{"inspect.json"}},
		{noteJSON{}, []string{"inspect.json properties note"}},
		{fieldJSON{}, []string{"inspect.json properties note properties fields items"}},
		{codeJSON{}, []string{"inspect.json properties code"}},
		{instructionJSON{}, []string{"inspect.json $defs instruction"}},
		{mappingJSON{}, []string{"inspect.json properties mappings items"}},
		{memoryJSON{}, []string{"inspect.json properties mappings items properties memory"}},
		{changeJSON{}, []string{"inspect.json $defs change"}},
		{semaphoreJSON{}, []string{"inspect.json properties semaphores items"}},
		{paramJSON{}, []string{"list.json properties parameters items"}},
		{remoteProbeJSON{}, []string{"list-at.json"}},
		{remoteParamJSON{}, []string{"list-at.json properties parameters items"}},
		{doctor.Finding{}, []string{"doctor.json properties findings items"}},
		{embed.List{}, []string{"embed.json"}},
		{embed.Library{}, []string{"embed.json properties libraries items"}},
		{embed.Probe{}, []string{
			"embed.json properties libraries items properties probes items"}},
	}
	for _, test := range tests {
		described := make(map[string]bool)
		for _, place := range test.place {
			for member := range schemaAt(t, place)["properties"].(map[string]any) {
				described[member] = true
			}
		}
		want := membersOf(reflect.TypeOf(test.of))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(described))); diff != "" {
			t.Errorf("%T and docs/schema/%v (-written +described):\n%s", test.of, test.place, diff)
		}
	}
}

// schemaAt returns a schema of docs/schema: that of a file, or one in it.
func schemaAt(t *testing.T, place string) map[string]any {
	t.Helper()
	words := strings.Fields(place)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "schema", words[0]))
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatalf("%s: %v", words[0], err)
	}
	for _, word := range words[1:] {
		schema, _ = schema[word].(map[string]any)
	}
	if _, ok := schema["properties"].(map[string]any); !ok {
		t.Fatalf("no schema at %s", place)
	}
	return schema
}

// membersOf returns the names by which encoding/json writes the fields of a struct, sorted.
func membersOf(of reflect.Type) []string {
	var members []string
	for i := range of.NumField() {
		field := of.Field(i)
		if field.Anonymous {
			embedded := field.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			members = append(members, membersOf(embedded)...)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		members = append(members, name)
	}
	slices.Sort(members)
	return members
}
