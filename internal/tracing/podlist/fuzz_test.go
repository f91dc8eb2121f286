package podlist

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/cgroup"
)

// FuzzDecode reads any answer: the pods are those that encoding/json finds in all of it.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"a":[{"items":1}],"items":[{"metadata":{"uid":"u","namespace":"s","name":"n"}},{}]}`))
	f.Add([]byte(`{"items":null,"items":[null,{"metadata":null}]}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		got, err := decode(json.NewDecoder(bytes.NewReader(answer)))
		if len(got) > maxPods {
			t.Fatalf("%d pods", len(got))
		}
		var members map[string]json.RawMessage
		whole := json.NewDecoder(bytes.NewReader(answer)).Decode(&members)
		if err == nil && whole != nil {
			t.Fatalf("read, but: %v", whole)
		}
		var items []struct {
			Metadata struct{ Namespace, Name, UID string }
		}
		list, isList := members["items"]
		if whole != nil || !isList || json.Unmarshal(list, &items) != nil || len(items) > maxPods ||
			bytes.Count(answer, []byte("items")) != 1 || bytes.ContainsRune(answer, '\\') {
			return // the other reader does not take it, or has the last of several
		}
		if err != nil {
			t.Fatalf("not read: %v", err)
		}
		var want []cgroup.Pod
		for _, i := range items {
			of := i.Metadata
			want = append(want, cgroup.Pod{UID: of.UID, Namespace: of.Namespace, Name: of.Name})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-encoding/json +decode):\n%s", strings.ToValidUTF8(diff, "?"))
		}
	})
}
