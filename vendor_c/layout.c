//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * layout.c - measures and places the parts of an image.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#define _GNU_SOURCE 1

#include "layout.h"

#include <stdlib.h>
#include <string.h>

/* String offsets and note sizes have 32 bits: no sum below this bound overflows them. */
static const uint64_t maxImage = INT32_MAX;

LIBSTAPSDT_API const FixedSection stapsdtSections[maxSections] = {
  [nullSection] = {"", {0}},
  [buildID] = {".note.gnu.build-id",
               {.sh_type = SHT_NOTE, .sh_flags = SHF_ALLOC, .sh_addralign = noteAlign}},
  [hash] = {".hash",
            {.sh_type = SHT_HASH, .sh_flags = SHF_ALLOC, .sh_addralign = 8,
             .sh_entsize = sizeof(Elf64_Word), .sh_link = dynsym}},
  [dynsym] = {".dynsym",
              {.sh_type = SHT_DYNSYM, .sh_flags = SHF_ALLOC, .sh_addralign = 8,
               .sh_entsize = sizeof(Elf64_Sym), .sh_link = dynstr, .sh_info = 1}},
  [dynstr] = {".dynstr", {.sh_type = SHT_STRTAB, .sh_flags = SHF_ALLOC, .sh_addralign = 1}},
  [base] = {".stapsdt.base", {.sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC, .sh_addralign = 1}},
  [text] = {".text",
            {.sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
             .sh_addralign = slotSize}},
  [dynamic] = {".dynamic",
               {.sh_type = SHT_DYNAMIC, .sh_flags = SHF_ALLOC, .sh_addralign = 8,
                .sh_entsize = sizeof(Elf64_Dyn), .sh_link = dynstr}},
  [notes] = {".note.stapsdt", {.sh_type = SHT_NOTE, .sh_addralign = noteAlign}},
  [shstrtab] = {".shstrtab", {.sh_type = SHT_STRTAB, .sh_addralign = 1}},
  [btf] = {".BTF", {.sh_type = SHT_PROGBITS, .sh_addralign = 4}},
};

static bool add(uint64_t *sum, uint64_t size) {
  if (size > maxImage - *sum) {
    return false;
  }
  *sum += size;
  return true;
}

bool stapsdtIsArgType(int type) {
  switch (type) {
  case uint8:
  case int8:
  case uint16:
  case int16:
  case uint32:
  case int32:
  case uint64:
  case int64:
    return true;
  case noarg:
    return false;
  }
  return false;
}

/* Without snprintf(3), which took a third of the time of an image of very many probes. */
size_t stapsdtFormatArguments(const Machine *machine, const SDTProbe_t *probe,
                              char out[maxArgumentText]) {
  char *at = out;
  for (int i = 0; i < probe->argCount; i++) {
    const int size = (int)probe->argFmt[i];
    if (i > 0) {
      *at++ = ' ';
    }
    if (size < 0) {
      *at++ = '-';
    }
    *at++ = (char)('0' + abs(size)); /* 1, 2, 4 or 8 */
    *at++ = '@';
    at = stpcpy(at, machine->registers[i]);
  }
  *at = '\0';
  return (size_t)(at - out);
}

uint64_t stapsdtDescriptorSize(const ImageSpec *spec, const SDTProbe_t *probe) {
  char arguments[maxArgumentText];
  return noteAddresses * sizeof(uint64_t) + strlen(spec->provider) + 1 + strlen(probe->name) + 1 +
         stapsdtFormatArguments(spec->machine, probe, arguments) + 1;
}

uint64_t stapsdtLead(const ImageSpec *spec) {
  const Machine *machine = spec->machine;
  return machine->sites[machine->siteForms - 1].size - spec->site->size;
}

uint64_t stapsdtSiteAddress(const ImageSpec *spec, const Layout *layout, size_t number) {
  return layout->sections[text].sh_addr + number * slotSize + stapsdtLead(spec) +
         spec->machine->landing.size;
}

/* Adds the sizes of what each probe needs. False if the image would be too large. */
static bool measureProbes(const ImageSpec *spec, uint64_t sizes[maxSections]) {
  if (spec->probeCount > maxImage / sizeof(Elf64_Sym) || strlen(spec->provider) > maxImage) {
    return false;
  }
  sizes[text] = spec->probeCount * slotSize;
  sizes[dynsym] = (spec->probeCount + 1) * sizeof(Elf64_Sym);
  sizes[hash] = (2 + 2 * (spec->probeCount + 1)) * sizeof(Elf64_Word);
  sizes[dynstr] = 1;
  for (size_t i = 0; i < spec->probeCount; i++) {
    const SDTProbe_t *probe = spec->probes[i];
    if (!add(&sizes[dynstr], strlen(probe->name) + 1) ||
        !add(&sizes[notes], sizeof(Elf64_Nhdr) + sizeof NOTE_OWNER +
                              roundUp(stapsdtDescriptorSize(spec, probe), noteAlign))) {
      return false;
    }
  }
  return true;
}

static bool measure(const ImageSpec *spec, int sectionCount, uint64_t sizes[maxSections]) {
  sizes[buildID] = sizeof(Elf64_Nhdr) + sizeof BUILD_ID_OWNER + digestSize;
  sizes[base] = 1;
  sizes[dynamic] = dynamicEntries * sizeof(Elf64_Dyn);
  for (int i = 0; i < sectionCount; i++) {
    sizes[shstrtab] += strlen(stapsdtSections[i].name) + 1;
  }
  return add(&sizes[btf], spec->btfSize) && measureProbes(spec, sizes);
}

/*
 * Two sections start pages: .text, so that the stubs can be mapped without what precedes them, and
 * .dynamic if its protection differs.
 */
static uint64_t placement(const ImageSpec *spec, int section) {
  const bool startsPage = section == text || (section == dynamic && spec->writableDynamic);
  return startsPage ? spec->machine->page : stapsdtSections[section].header.sh_addralign;
}

bool stapsdtLayOut(const ImageSpec *spec, Layout *layout) {
  uint64_t sizes[maxSections] = {0};
  uint64_t end = sizeof(Elf64_Ehdr) + maxSegments * sizeof(Elf64_Phdr);
  layout->sectionCount = spec->btfSize > 0 ? maxSections : btf;
  if (!measure(spec, layout->sectionCount, sizes)) {
    return false;
  }
  for (int i = 1; i < layout->sectionCount; i++) {
    Elf64_Shdr *section = &layout->sections[i];
    *section = stapsdtSections[i].header;
    end = roundUp(end, placement(spec, i));
    if (end > maxImage) {
      return false;
    }
    section->sh_offset = end;
    section->sh_addr = section->sh_flags & SHF_ALLOC ? end : 0;
    section->sh_size = sizes[i];
    if (!add(&end, sizes[i])) {
      return false;
    }
  }
  if (spec->writableDynamic) {
    layout->sections[dynamic].sh_flags |= SHF_WRITE;
  }
  layout->sectionTable = roundUp(end, 8);
  layout->size = layout->sectionTable;
  return layout->size <= maxImage &&
         add(&layout->size, (uint64_t)layout->sectionCount * sizeof(Elf64_Shdr));
}

#endif
