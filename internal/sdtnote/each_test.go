package sdtnote_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/elffile"
)

// Each finds what Read returns, and has found some before it fails.
func TestEach(t *testing.T) {
	file := elffile.New64(validNote, validNote).Bytes(t)
	want, err := sdtnote.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var got []sdtnote.Note
	err = sdtnote.Each(bytes.NewReader(file), func(n sdtnote.Note) { got = append(got, n) })
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-Read +Each):\n%s", err, diff)
	}
	found := 0
	malformed := elffile.New64(validNote, []byte("note")).Bytes(t)
	err = sdtnote.Each(bytes.NewReader(malformed), func(sdtnote.Note) { found++ })
	if found != 1 || !errors.Is(err, sdtnote.ErrFormat) {
		t.Errorf("found %d, %v", found, err)
	}
}
