package elf_test

import (
	debugelf "debug/elf"
	"fmt"
	"reflect"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
)

func TestConstants(t *testing.T) {
	for _, c := range [][2]any{
		{elf.EI_CLASS, debugelf.EI_CLASS}, {elf.EI_DATA, debugelf.EI_DATA},
		{elf.EI_VERSION, debugelf.EI_VERSION},
		{elf.EI_NIDENT, debugelf.EI_NIDENT}, {elf.ELFMAG, debugelf.ELFMAG},
		{elf.ELFCLASS32, debugelf.ELFCLASS32}, {elf.ELFCLASS64, debugelf.ELFCLASS64},
		{elf.ELFDATA2LSB, debugelf.ELFDATA2LSB}, {elf.ELFDATA2MSB, debugelf.ELFDATA2MSB},
		{elf.ET_REL, debugelf.ET_REL}, {elf.ET_EXEC, debugelf.ET_EXEC}, {elf.ET_DYN, debugelf.ET_DYN},
		{elf.ET_CORE, debugelf.ET_CORE},
		{elf.EM_NONE, debugelf.EM_NONE}, {elf.EM_386, debugelf.EM_386},
		{elf.EM_X86_64, debugelf.EM_X86_64},
		{elf.EM_AARCH64, debugelf.EM_AARCH64},
		{elf.PT_LOAD, debugelf.PT_LOAD}, {elf.PT_DYNAMIC, debugelf.PT_DYNAMIC},
		{elf.PT_NOTE, debugelf.PT_NOTE}, {elf.PT_TLS, debugelf.PT_TLS},
		{elf.PT_GNU_STACK, debugelf.PT_GNU_STACK},
		{elf.PF_X, debugelf.PF_X}, {elf.PF_W, debugelf.PF_W}, {elf.PF_R, debugelf.PF_R},
		{elf.DT_NULL, debugelf.DT_NULL}, {elf.DT_HASH, debugelf.DT_HASH},
		{elf.DT_STRTAB, debugelf.DT_STRTAB},
		{elf.DT_SYMTAB, debugelf.DT_SYMTAB}, {elf.DT_STRSZ, debugelf.DT_STRSZ},
		{elf.DT_SYMENT, debugelf.DT_SYMENT},
		{elf.SHN_UNDEF, debugelf.SHN_UNDEF}, {elf.SHN_ABS, debugelf.SHN_ABS},
		{elf.SHN_XINDEX, debugelf.SHN_XINDEX},
		{elf.SHT_PROGBITS, debugelf.SHT_PROGBITS}, {elf.SHT_SYMTAB, debugelf.SHT_SYMTAB},
		{elf.SHT_STRTAB, debugelf.SHT_STRTAB}, {elf.SHT_HASH, debugelf.SHT_HASH},
		{elf.SHT_DYNAMIC, debugelf.SHT_DYNAMIC}, {elf.SHT_NOTE, debugelf.SHT_NOTE},
		{elf.SHT_DYNSYM, debugelf.SHT_DYNSYM},
		{elf.SHF_WRITE, debugelf.SHF_WRITE}, {elf.SHF_ALLOC, debugelf.SHF_ALLOC},
		{elf.SHF_EXECINSTR, debugelf.SHF_EXECINSTR}, {elf.SHF_COMPRESSED, debugelf.SHF_COMPRESSED},
		{elf.STB_GLOBAL, debugelf.STB_GLOBAL}, {elf.STT_FUNC, debugelf.STT_FUNC},
		{elf.STT_SECTION, debugelf.STT_SECTION}, {elf.STT_FILE, debugelf.STT_FILE},
		{elf.STT_TLS, debugelf.STT_TLS},
		{elf.Sym64Size, debugelf.Sym64Size},
		{elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC),
			debugelf.ST_INFO(debugelf.STB_GLOBAL, debugelf.STT_FUNC)},
		{elf.ST_TYPE(0x12), debugelf.ST_TYPE(0x12)},
		{elf.EV_CURRENT, int(debugelf.EV_CURRENT)},
	} {
		if got, want := fmt.Sprintf("%#v", plain(c[0])), fmt.Sprintf("%#v", plain(c[1])); got != want {
			t.Errorf("%v is %s, want %v, %s", c[0], got, c[1], want)
		}
	}
}

// plain returns the number, or the text, that a constant of any type is.
func plain(c any) any {
	switch v := reflect.ValueOf(c); {
	case v.CanInt():
		return uint64(v.Int())
	case v.CanUint():
		return v.Uint()
	}
	return c
}

func TestNames(t *testing.T) {
	for _, m := range []elf.Machine{elf.EM_NONE, elf.EM_386, elf.EM_X86_64, elf.EM_AARCH64} {
		if got, want := m.String(), debugelf.Machine(m).String(); got != want {
			t.Errorf("machine %d is called %s, want %s", uint16(m), got, want)
		}
	}
	for typ := elf.ET_REL; typ <= elf.ET_CORE; typ++ {
		if got, want := typ.String(), debugelf.Type(typ).String(); got != want {
			t.Errorf("type %d is called %s, want %s", uint16(typ), got, want)
		}
	}
	if got := elf.Machine(243).String() + elf.Type(7).String(); got != "EM_243ET_7" {
		t.Errorf("what has no name is called %s", got)
	}
}
