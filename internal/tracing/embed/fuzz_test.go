package embed_test

import (
	"bytes"
	"debug/elf"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/embed"
)

// FuzzEmbed holds Open and Embed to their promises for any bytes: no panic, and an error or a
// program that runs as before, whose notes other readers find, and which a second embed leaves as
// it is. Run it with
//
//	go test -fuzz=FuzzEmbed -fuzztime=60s ./internal/tracing/embed
func FuzzEmbed(f *testing.F) {
	f.Add(newFake(library).bytes())
	arm := newFake(library)
	arm.machine = elf.EM_AARCH64
	arm.sections = []fakeSection{{".note.stapsdt", elf.Section64{Type: 7}, note(fakeAddress)},
		{".BTF", elf.Section64{Type: 1}, signatures(probe("old"))}}
	f.Add(arm.bytes())
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := embed.Open(content)
		if err != nil {
			return
		}
		var l embed.List
		l.Version = 1
		for _, path := range p.Libraries() {
			l.Libraries = append(l.Libraries, declared(path, probe("a", 8, -4), probe("b")))
		}
		r, err := p.Embed(l, probesite.Nop)
		if err != nil {
			return
		}
		if file, err := elf.NewFile(bytes.NewReader(content)); err == nil {
			file.Close()
			checkLoaded(t, content, r.Content)
		}
		if again := mustEmbed(t, r.Content, l, probesite.Nop); !bytes.Equal(again.Content, r.Content) {
			t.Error("a second embed changes the file")
		}
		found := 0
		err = sdtnote.Each(bytes.NewReader(r.Content), func(n sdtnote.Note) {
			if n.Provider == "shop" {
				found++
			}
		})
		if err == nil && found < len(r.Probes) {
			t.Errorf("%d of %d notes are found", found, len(r.Probes))
		}
	})
}

// FuzzReadList holds ReadList to reading any bytes, and what it reads is written as it was.
//
//	go test -fuzz=FuzzReadList -fuzztime=60s ./internal/tracing/embed
func FuzzReadList(f *testing.F) {
	f.Add(written(f, listOf(declared(library, probe("a", 8, -4), probe("b")))))
	f.Add(written(f, listOf()))
	f.Add([]byte(`{"version": 1, "libraries": [{"library": "x", "probes": [], "btf": "n+sBABgAAAA"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := embed.ReadList(bytes.NewReader(b))
		if err != nil {
			return
		}
		first := written(t, l)
		again, err := embed.ReadList(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(first), string(written(t, again))); diff != "" {
			t.Error(diff)
		}
	})
}

func written(tb testing.TB, l embed.List) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := l.Write(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
