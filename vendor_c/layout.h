/*
 * layout.h - where everything lies in an image, before a byte of it is written.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STAPSDT_LAYOUT_H
#define STAPSDT_LAYOUT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image.h"

enum {
  nullSection,
  buildID,
  hash,
  dynsym,
  dynstr,
  base,
  text,
  dynamic,
  notes,
  shstrtab,
  sectionCount
};

enum { codeSegment, dynamicSegment, dynamicTable, noteSegment, stackSegment, segmentCount };

enum {
  /* a power of two not below landing, site and return: no site crosses a page boundary */
  slotSize = 16,
  digestSize = 16,
  dynamicEntries = 6,
  noteAlign = 4,
  noteAddresses = 3,
  maxArgumentText = MAX_ARGUMENTS * sizeof "-8@%rdi"
};

#define NOTE_OWNER "stapsdt"
#define NOTE_TYPE 3
#define BUILD_ID_OWNER "GNU"

/* A section as it is in every image: sh_name, place and size are left out. */
typedef struct {
  const char *name;
  Elf64_Shdr header;
} SectionForm;

typedef struct {
  Elf64_Shdr sections[sectionCount];
  uint64_t sectionTable;
  uint64_t size;
} Layout;

static inline uint64_t roundUp(uint64_t value, uint64_t align) {
  return (value + align - 1) & ~(align - 1);
}

#pragma GCC visibility push(hidden)

extern const SectionForm stapsdtSections[sectionCount];

bool stapsdtIsArgType(int type);

/*
 * Writes a probe's arguments, as in "8@%rdi -4@%rsi", and returns the length. The register names
 * stay the 64-bit ones for every size: tracers go by the number.
 */
size_t stapsdtFormatArguments(const Machine *machine, const SDTProbe_t *probe,
                              char out[maxArgumentText]);

/*
 * Where the site of a probe is: behind the landing, where the Go package enters and where gdb has
 * its breakpoint. A uprobe on the same byte would keep the trap to itself, and gdb, if it leaves
 * later, would put the uprobe's trap back, which kills the process.
 */
uint64_t stapsdtSiteAddress(const ImageSpec *spec, const Layout *layout, size_t number);

/* The exact size of a note's description. */
uint64_t stapsdtDescriptionSize(const ImageSpec *spec, const SDTProbe_t *probe);

/* False when the image would be too large. The specification must be valid otherwise. */
bool stapsdtLayOut(const ImageSpec *spec, Layout *layout);

#pragma GCC visibility pop

#endif
