package sdtnote_test

import (
	"bytes"
	"debug/elf"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/elffile"
)

// FuzzSymbolAddresses holds SymbolAddresses to the promises of Read, and to debug/elf for the files
// whose symbols that reads as well.
func FuzzSymbolAddresses(f *testing.F) {
	for _, class := range []elf.Class{elf.ELFCLASS32, elf.ELFCLASS64} {
		for _, data := range []elf.Data{elf.ELFDATA2LSB, elf.ELFDATA2MSB} {
			f.Add(withSymbols(f, elffile.New(class, data), []symbol{
				{"one", elf.STT_OBJECT, 1, 1}, {"one", elf.STT_FUNC, 2, 2}, {"tls", elf.STT_TLS, 1, 3},
				{"other", elf.STT_NOTYPE, elf.SHN_UNDEF, 4}, {"other", elf.STT_NOTYPE, 1, 5},
			}).Bytes(f), "one", "other")
		}
	}
	f.Fuzz(func(t *testing.T, file []byte, first, second string) {
		var got map[string]uint64
		var err error
		size := allocated(func() {
			got, err = sdtnote.SymbolAddresses(bytes.NewReader(file), first, second)
		})
		// Each header of a section may claim the whole file for a table and for its strings.
		if most := maxAllocated + 2*len(file)*(1+len(file)/40); size > uint64(most) {
			t.Errorf("allocated %d bytes for a file of %d", size, len(file))
		}
		if err != nil {
			if got != nil {
				t.Errorf("addresses and the error %v", err)
			}
			checkErrorKind(t, err)
			return
		}
		if want, ok := standardAddresses(file, first, second); ok {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("addresses of %q and %q (-debug/elf +got):\n%s", first, second, diff)
			}
		}
	})
}

func checkErrorKind(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, sdtnote.ErrFormat) && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error of no kind: %v", err)
	}
}

// standardAddresses returns what SymbolAddresses promises, by debug/elf. That reads only one table
// of each type, skips the first symbol of each, which must be zero, and decompresses strings.
func standardAddresses(file []byte, names ...string) (addresses map[string]uint64, ok bool) {
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return nil, false
	}
	tables := make(map[elf.SectionType]int)
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_COMPRESSED != 0 {
			return nil, false
		}
		if s.Type == elf.SHT_SYMTAB || s.Type == elf.SHT_DYNSYM {
			tables[s.Type]++
			content, err := s.Data()
			first := content[:min(24, len(content))]
			if err != nil || len(bytes.Trim(first, "\x00")) > 0 || tables[s.Type] > 1 {
				return nil, false
			}
		}
	}
	symbols, err := f.Symbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return nil, false
	}
	dynamic, err := f.DynamicSymbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return nil, false
	}
	addresses = make(map[string]uint64)
	for _, name := range names {
		found := make(map[uint64]bool)
		for _, s := range append(symbols, dynamic...) {
			typ := elf.ST_TYPE(s.Info)
			hasAddress := typ != elf.STT_SECTION && typ != elf.STT_FILE && typ != elf.STT_TLS &&
				s.Section != elf.SHN_UNDEF && s.Section != elf.SHN_ABS
			if s.Name == name && name != "" && hasAddress {
				found[s.Value] = true
				addresses[name] = s.Value
			}
		}
		if len(found) > 1 {
			delete(addresses, name)
		}
	}
	return addresses, !slices.Contains(names, "")
}
