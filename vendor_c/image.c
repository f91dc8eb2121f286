//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * image.c - writes the ELF image of a provider.
 *
 * Every virtual address equals its file offset, so the location in a note is also the offset that a
 * uprobe attaches to. The Go package internal/elfimage writes the same bytes; a test holds the two
 * equal. ELF structures are copied as they are in memory: all supported machines and hosts are
 * little-endian.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#include "image.h"
#include "layout.h"

#include <stdlib.h>
#include <string.h>

/* Returns why there can be no such image, or NULL. */
static const char *refusal(const ImageSpec *spec) {
  if (spec->machine == NULL) {
    return "unsupported machine";
  }
  if (spec->site == NULL) {
    return "unsupported code at the probe sites";
  }
  for (size_t i = 0; i < spec->probeCount; i++) {
    const SDTProbe_t *probe = spec->probes[i];
    if (probe->argCount < 0 || probe->argCount > MAX_ARGUMENTS) {
      return "a probe has a number of arguments out of range";
    }
    for (int j = 0; j < probe->argCount; j++) {
      if (!stapsdtIsArgType(probe->argFmt[j])) {
        return "a probe has an argument of unknown type";
      }
    }
  }
  return NULL;
}

/* Copies to *at, and moves *at to the end of the copy. */
static void put(unsigned char **at, const void *from, size_t size) {
  memcpy(*at, from, size);
  *at += size;
}

static void putString(unsigned char **at, const char *string) {
  put(at, string, strlen(string) + 1);
}

static void writeHeader(unsigned char *bytes, const ImageSpec *spec, const Layout *layout) {
  Elf64_Ehdr header = {
    .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
    .e_type = ET_DYN,
    .e_machine = spec->machine->id,
    .e_version = EV_CURRENT,
    .e_phoff = sizeof(Elf64_Ehdr),
    .e_shoff = layout->sectionTable,
    .e_ehsize = sizeof(Elf64_Ehdr),
    .e_phentsize = sizeof(Elf64_Phdr),
    .e_phnum = spec->writableDynamic ? maxSegments : maxSegments - 1,
    .e_shentsize = sizeof(Elf64_Shdr),
    .e_shnum = (Elf64_Half)layout->sectionCount,
    .e_shstrndx = shstrtab,
  };
  put(&bytes, &header, sizeof header);
}

static void putSegment(unsigned char **at, Elf64_Word type, Elf64_Word flags, uint64_t start,
                       uint64_t end, uint64_t align) {
  const Elf64_Phdr header = {
    .p_type = type,
    .p_flags = flags,
    .p_offset = start,
    .p_vaddr = start,
    .p_paddr = start,
    .p_filesz = end - start,
    .p_memsz = end - start,
    .p_align = align,
  };
  put(at, &header, sizeof header);
}

static uint64_t endOf(const Elf64_Shdr *section) {
  return section->sh_offset + section->sh_size;
}

static void writeSegments(unsigned char *bytes, const ImageSpec *spec, const Layout *layout) {
  const uint64_t page = spec->machine->page;
  const Elf64_Shdr *table = &layout->sections[dynamic];
  const Elf64_Shdr *id = &layout->sections[buildID];
  unsigned char *at = bytes + sizeof(Elf64_Ehdr);
  if (spec->writableDynamic) {
    putSegment(&at, PT_LOAD, PF_R | PF_X, 0, endOf(&layout->sections[text]), page);
    putSegment(&at, PT_LOAD, PF_R | PF_W, table->sh_offset, endOf(table), page);
    putSegment(&at, PT_DYNAMIC, PF_R | PF_W, table->sh_offset, endOf(table), 8);
  } else {
    putSegment(&at, PT_LOAD, PF_R | PF_X, 0, endOf(table), page);
    putSegment(&at, PT_DYNAMIC, PF_R, table->sh_offset, endOf(table), 8);
  }
  putSegment(&at, PT_NOTE, PF_R, id->sh_offset, endOf(id), noteAlign);
  putSegment(&at, PT_GNU_STACK, PF_R | PF_W, 0, 0, 16);
}

static void writeSectionTable(unsigned char *bytes, const Layout *layout) {
  unsigned char *names = bytes + layout->sections[shstrtab].sh_offset;
  unsigned char *start = names;
  unsigned char *table = bytes + layout->sectionTable;
  for (int i = 0; i < layout->sectionCount; i++) {
    Elf64_Shdr section = layout->sections[i];
    section.sh_name = (Elf64_Word)(names - start);
    putString(&names, stapsdtSections[i].name);
    put(&table, &section, sizeof section);
  }
}

/* The hash function of the System V ABI. */
static uint32_t symbolHash(const char *name) {
  uint32_t h = 0;
  for (; *name != '\0'; name++) {
    h = (h << 4) + (unsigned char)*name;
    uint32_t high = h & 0xf0000000;
    h = (h ^ (high >> 24)) & ~high;
  }
  return h;
}

/* The table starts {buckets, chains}; a later symbol goes to the front of its bucket's chain. */
static void linkSymbol(unsigned char *table, uint32_t symbols, uint32_t symbol, const char *name) {
  unsigned char *bucket = table + (2 + symbolHash(name) % symbols) * sizeof(Elf64_Word);
  unsigned char *chain = table + (2 + symbols + symbol) * sizeof(Elf64_Word);
  memcpy(chain, bucket, sizeof(Elf64_Word));
  memcpy(bucket, &symbol, sizeof symbol);
}

static void writeSymbols(unsigned char *bytes, const ImageSpec *spec, const Layout *layout) {
  const uint32_t symbols = (uint32_t)(spec->probeCount + 1);
  unsigned char *table = bytes + layout->sections[hash].sh_offset;
  unsigned char *symbolsAt = bytes + layout->sections[dynsym].sh_offset + sizeof(Elf64_Sym);
  unsigned char *start = bytes + layout->sections[dynstr].sh_offset;
  unsigned char *names = start + 1;
  memcpy(table, (const uint32_t[]){symbols, symbols}, 2 * sizeof symbols);
  for (uint32_t i = 1; i < symbols; i++) {
    const char *name = spec->probes[i - 1]->name;
    Elf64_Sym symbol = {
      .st_name = (Elf64_Word)(names - start),
      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
      .st_shndx = text,
      .st_value = stapsdtSiteAddress(spec, layout, i - 1),
      .st_size = spec->site->size + spec->machine->returnSize,
    };
    put(&symbolsAt, &symbol, sizeof symbol);
    putString(&names, name);
    linkSymbol(table, symbols, i, name);
  }
}

static void writeStubs(unsigned char *bytes, const ImageSpec *spec, const Layout *layout) {
  unsigned char *slot = bytes + layout->sections[text].sh_offset;
  memset(slot, spec->machine->filler, layout->sections[text].sh_size);
  for (size_t i = 0; i < spec->probeCount; i++, slot += slotSize) {
    unsigned char *at = slot + stapsdtLead(spec);
    put(&at, spec->machine->landing.code, spec->machine->landing.size);
    put(&at, spec->site->code, spec->site->size);
    put(&at, spec->machine->returnCode, spec->machine->returnSize);
  }
}

static void writeDynamic(unsigned char *bytes, const Layout *layout) {
  /* No DT_SONAME: the dynamic linker would take a second image of the same name for the first. */
  const Elf64_Dyn entries[dynamicEntries] = {
    {.d_tag = DT_HASH, .d_un.d_ptr = layout->sections[hash].sh_addr},
    {.d_tag = DT_SYMTAB, .d_un.d_ptr = layout->sections[dynsym].sh_addr},
    {.d_tag = DT_STRTAB, .d_un.d_ptr = layout->sections[dynstr].sh_addr},
    {.d_tag = DT_STRSZ, .d_un.d_val = layout->sections[dynstr].sh_size},
    {.d_tag = DT_SYMENT, .d_un.d_val = sizeof(Elf64_Sym)},
    {.d_tag = DT_NULL},
  };
  memcpy(bytes + layout->sections[dynamic].sh_offset, entries, sizeof entries);
}

static void writeNotes(unsigned char *bytes, const ImageSpec *spec, const Layout *layout) {
  unsigned char *at = bytes + layout->sections[notes].sh_offset;
  for (size_t i = 0; i < spec->probeCount; i++) {
    char arguments[maxArgumentText];
    const uint64_t size = stapsdtDescriptorSize(spec, spec->probes[i]);
    const Elf64_Nhdr header = {sizeof NOTE_OWNER, (Elf64_Word)size, NOTE_TYPE};
    const uint64_t addresses[noteAddresses] = {
      stapsdtSiteAddress(spec, layout, i),
      layout->sections[base].sh_addr,
      0, /* no semaphore: the code itself tells whether anyone is attached */
    };
    stapsdtFormatArguments(spec->machine, spec->probes[i], arguments);
    put(&at, &header, sizeof header);
    put(&at, NOTE_OWNER, sizeof NOTE_OWNER);
    put(&at, addresses, sizeof addresses);
    putString(&at, spec->provider);
    putString(&at, spec->probes[i]->name);
    putString(&at, arguments);
    at += roundUp(size, noteAlign) - size;
  }
}

__extension__ typedef unsigned __int128 Digest;

/*
 * A hash function that is made as FNV-1a with 128 bits is: each word of the image is XORed in, then
 * the digest is multiplied by the prime. FNV-1a itself goes by bytes, and so takes eight times as
 * long: more than all else that an image takes.
 */
static const Digest fnvPrime = (Digest)1 << 88 | 0x13b;
static const Digest fnvBasis = (Digest)0x6c62272e07bb0142 << 64 | 0x62b821756295c58d;

/* Takes whole words. */
static Digest digestPart(Digest digest, const unsigned char *from, const unsigned char *to) {
  for (uint64_t word; from < to; from += sizeof word) {
    memcpy(&word, from, sizeof word);
    digest = (digest ^ word) * fnvPrime;
  }
  return digest;
}

/*
 * Comes last: it is the digest of the finished image whose build ID is still zero. The gap before
 * .text, up to 64 KiB of zeros on aarch64, is left out.
 */
static void writeBuildID(unsigned char *bytes, const Layout *layout) {
  unsigned char *at = bytes + layout->sections[buildID].sh_offset;
  const uint64_t gap = roundUp(endOf(&layout->sections[base]), sizeof(uint64_t));
  const Elf64_Nhdr header = {sizeof BUILD_ID_OWNER, digestSize, NT_GNU_BUILD_ID};
  put(&at, &header, sizeof header);
  put(&at, BUILD_ID_OWNER, sizeof BUILD_ID_OWNER);
  Digest digest = digestPart(fnvBasis, bytes, bytes + gap);
  digest = digestPart(digest, bytes + layout->sections[text].sh_offset, bytes + layout->size);
  for (int i = digestSize - 1; i >= 0; i--, digest >>= 8) {
    at[i] = (unsigned char)digest;
  }
}

const char *stapsdtMakeImage(const ImageSpec *spec, Image *image) {
  Layout layout = {0};
  const char *reason = refusal(spec);
  if (reason != NULL) {
    return reason;
  }
  if (!stapsdtLayOut(spec, &layout)) {
    return "the image would be too large";
  }
  unsigned char *bytes = calloc(1, layout.size);
  if (bytes == NULL) {
    return "out of memory";
  }
  writeHeader(bytes, spec, &layout);
  writeSegments(bytes, spec, &layout);
  writeSectionTable(bytes, &layout);
  writeSymbols(bytes, spec, &layout);
  writeStubs(bytes, spec, &layout);
  writeDynamic(bytes, &layout);
  writeNotes(bytes, spec, &layout);
  if (spec->btfSize > 0) {
    memcpy(bytes + layout.sections[btf].sh_offset, spec->btf, spec->btfSize);
  }
  writeBuildID(bytes, &layout);
  *image = (Image){bytes, layout.size, stapsdtSiteAddress(spec, &layout, spec->probeCount)};
  return NULL;
}

#endif
