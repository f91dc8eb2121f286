package sdtnote_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/elffile"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

func TestSymbolAddressesLinked(t *testing.T) {
	gcc := testenv.Tool(t, "gcc")
	wanted := []string{"global", "zeroed", "local", "both", "of_thread", "environ", "absolute", "loba",
		"global\x00", ""}
	for _, tt := range []struct {
		name, flags string
		want        []string
	}{
		{"all", "", []string{"both", "global", "local", "zeroed"}},
		{"stripped", "-s", []string{"both", "global", "zeroed"}}, // .dynsym is left
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "symbols.so")
			args := append(strings.Fields(tt.flags), "-shared", "-fPIC", "-nostdlib",
				"-Wl,--defsym=absolute=7", "-o", path, "testdata/symbols.c")
			if out, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
				t.Fatalf("gcc %s: %v\n%s", strings.Join(args, " "), err, out)
			}
			file, symbols := openSymbols(t, path)
			if elf.Machine(binary.LittleEndian.Uint16(file[18:])) == elf.EM_X86_64 { // gcc's, not ours
				tt.want = append(tt.want, "of_thread")
			}
			want := make(map[string]uint64)
			for _, s := range symbols {
				if slices.Contains(tt.want, s.Name) {
					want[s.Name] = s.Value
					if elf.ST_TYPE(s.Info) == elf.STT_TLS {
						want[s.Name] -= 16 // the variables of the thread take 12 bytes, and are aligned to 8
					}
				}
			}
			if len(want) != len(tt.want) {
				t.Fatalf("debug/elf finds %v, want %v", want, tt.want)
			}
			checkSymbols(t, file, want, wanted...)
		})
	}
}

// openSymbols returns the bytes of the file at path, and its symbols as debug/elf reads them.
func openSymbols(t *testing.T, path string) (file []byte, symbols []elf.Symbol) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	symbols, _ = f.Symbols() // fails when there are none
	dynamic, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	return file, append(symbols, dynamic...)
}

func TestSymbolAddressesBuilt(t *testing.T) {
	for _, class := range []elf.Class{elf.ELFCLASS32, elf.ELFCLASS64} {
		for _, data := range []elf.Data{elf.ELFDATA2LSB, elf.ELFDATA2MSB} {
			t.Run(class.String()+"_"+data.String(), func(t *testing.T) {
				f := withSymbols(t, elffile.New(class, data), []symbol{
					{"one", elf.STT_OBJECT, 1, 0x1000}, {"two", elf.STT_NOTYPE, 1, 0x2000},
					{"twice", elf.STT_OBJECT, 1, 1}, {"twice", elf.STT_OBJECT, 1, 2},
					{"twice", elf.STT_OBJECT, 1, 1},
					{"same", elf.STT_FUNC, 1, 3}, {"same", elf.STT_FUNC, 2, 3},
					{"import", elf.STT_OBJECT, elf.SHN_UNDEF, 4}, {"absolute", elf.STT_OBJECT, elf.SHN_ABS, 4},
					{"thread", elf.STT_TLS, 1, 4}, {"file", elf.STT_FILE, 1, 4},
					{"section", elf.STT_SECTION, 1, 4},
				})
				checkSymbols(t, f.Bytes(t), map[string]uint64{"one": 0x1000, "two": 0x2000, "same": 3},
					"one", "two", "twice", "same", "import", "absolute", "thread", "file", "section",
					"ne", "on", "absent")
			})
		}
	}
}

// A table may be longer than the piece that is read at once.
func TestSymbolAddressesMany(t *testing.T) {
	symbols := make([]symbol, 10_000)
	for i := range symbols {
		symbols[i] = symbol{"other", elf.STT_OBJECT, 1, uint64(i)}
	}
	symbols[len(symbols)-1].name = "last"
	file := withSymbols(t, elffile.New64(), symbols).Bytes(t)
	checkSymbols(t, file, map[string]uint64{"last": uint64(len(symbols) - 1)}, "last", "other")
}

// The time does not grow with the number of symbols times the number of names, nor with the number
// of symbols times the length of a name that never ends.
func BenchmarkSymbolAddressesHostile(b *testing.B) {
	symbols := make([]symbol, 10_000)
	symbols[0].name = strings.Repeat("x", 1<<20)
	for i := range symbols {
		symbols[i].typ, symbols[i].section = elf.STT_OBJECT, 1
	}
	f := withSymbols(b, elffile.New64(), symbols)
	table := &f.Sections[len(f.Sections)-1]
	for i := range symbols {
		binary.LittleEndian.PutUint32(table.Data[24*(i+1):], 1)
	}
	file := bytes.NewReader(f.Bytes(b))
	names := make([]string, 10_000)
	for i := range names {
		names[i] = strings.Repeat("x", i)
	}
	for b.Loop() {
		if _, err := sdtnote.SymbolAddresses(file, names...); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSymbolAddressesMalformed(t *testing.T) {
	edited := func(change func(table *elffile.Section)) []byte {
		f := withSymbols(t, elffile.New64(), []symbol{{"a", elf.STT_OBJECT, 1, 1}})
		change(&f.Sections[len(f.Sections)-1])
		return f.Bytes(t)
	}
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"no ELF", []byte("0123456789abcdef"), "no ELF magic number"},
		{"no strings", edited(func(s *elffile.Section) { s.Link = 1 }), "section 1 is no string table"},
		{"too many", edited(func(s *elffile.Section) { s.Size = 64 << 20 }),
			"more than 67108864 bytes of symbols"},
		{"size wraps", edited(func(s *elffile.Section) { s.Size = math.MaxUint64 - 100 }),
			"more than 67108864 bytes of symbols"},
		{"beyond the end", edited(func(s *elffile.Section) { s.Size = 1 << 20 }), "the file ends before"},
		{"far away", edited(func(s *elffile.Section) { s.Offset = math.MaxInt64 }), "at offset"},
	} {
		addresses, err := sdtnote.SymbolAddresses(bytes.NewReader(tt.file), "a")
		if addresses != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, %v, want an error with %q", tt.name, addresses, err, tt.want)
		}
	}

	// A name outside the string table, and a string table that does not exist, name nothing.
	for name, file := range map[string][]byte{
		"link": edited(func(s *elffile.Section) { s.Link = 100 }),
		"name": edited(func(s *elffile.Section) {
			binary.LittleEndian.PutUint32(s.Data[24:], math.MaxUint32)
		}),
	} {
		t.Run(name, func(t *testing.T) { checkSymbols(t, file, map[string]uint64{}, "a") })
	}
}

func checkSymbols(t *testing.T, file []byte, want map[string]uint64, names ...string) {
	t.Helper()
	got, err := sdtnote.SymbolAddresses(bytes.NewReader(file), names...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

type symbol struct {
	name    string
	typ     elf.SymType
	section elf.SectionIndex
	value   uint64
}

// withSymbols adds a symbol table, as the last section, and its strings.
func withSymbols(t testing.TB, f *elffile.File, symbols []symbol) *elffile.File {
	t.Helper()
	strings := elffile.Section{Name: ".strtab", SectionHeader: elf.SectionHeader{Type: elf.SHT_STRTAB},
		Data: []byte{0}}
	table := elffile.Section{Name: ".symtab", SectionHeader: elf.SectionHeader{Type: elf.SHT_SYMTAB}}
	for _, s := range append([]symbol{{}}, symbols...) {
		name := uint32(len(strings.Data))
		strings.Data = append(append(strings.Data, s.name...), 0)
		info := elf.ST_INFO(elf.STB_LOCAL, s.typ)
		var entry any = elf.Sym64{Name: name, Info: info, Shndx: uint16(s.section), Value: s.value}
		if f.Class == elf.ELFCLASS32 {
			entry = elf.Sym32{Name: name, Info: info, Shndx: uint16(s.section), Value: uint32(s.value)}
		}
		table.Data = f.Append(t, table.Data, entry)
	}
	table.Link = uint32(len(f.Sections) + 1) // after the null section
	f.Sections = append(f.Sections, strings, table)
	return f
}
