package process

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"os"
	"strings"
	"testing"
)

// TestOpenELF opens this program, but not one whose table of names is small and says that it is
// compressed and large.
func TestOpenELF(t *testing.T) {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	if file, err := openELF(self); err != nil || file.Section(".text") == nil {
		t.Errorf("this program: %v", err)
	}
	for size, want := range map[int]string{
		1:                     "compressed table of names",
		2 * 1032 * maxHeaders: "headers are too large",
	} {
		_, err := openELF(bytes.NewReader(withNames(t, make([]byte, size))))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a compressed table of %d bytes: %v, want %q", size, err, want)
		}
	}
}

// withNames returns a file with a compressed section of names.
func withNames(t *testing.T, names []byte) []byte {
	t.Helper()
	var section, file bytes.Buffer
	write := func(b *bytes.Buffer, value any) {
		if err := binary.Write(b, binary.LittleEndian, value); err != nil {
			t.Fatal(err)
		}
	}
	write(&section, elf.Chdr64{Type: uint32(elf.COMPRESS_ZLIB), Size: uint64(len(names))})
	compressed := zlib.NewWriter(&section)
	if _, err := compressed.Write(names); err != nil {
		t.Fatal(err)
	}
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	const header, entry = 64, 64
	write(&file, elf.Header64{
		Ident: [elf.EI_NIDENT]byte{
			0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT),
		},
		Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Shoff: header, Ehsize: header, Shentsize: entry, Shnum: 2, Shstrndx: 1,
	})
	write(&file, elf.Section64{})
	write(&file, elf.Section64{
		Type: uint32(elf.SHT_STRTAB), Flags: uint64(elf.SHF_COMPRESSED),
		Off: header + 2*entry, Size: uint64(section.Len()),
	})
	write(&file, section.Bytes())
	return file.Bytes()
}
