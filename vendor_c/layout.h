/*
 * layout.h - places the parts of an image, before they are written.
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
  btf, /* absent from an image without types */
  maxSections
};

enum {
  /* PT_LOAD for the code, PT_LOAD for .dynamic if it is writable, PT_DYNAMIC, PT_NOTE, stack */
  maxSegments = 5,
  /* a power of two, and room for landing, site and return: so no site crosses a page boundary */
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

/* What is the same of a section in every image: all but sh_name, place and size. */
typedef struct {
  const char *name;
  Elf64_Shdr header;
} FixedSection;

typedef struct {
  Elf64_Shdr sections[maxSections];
  int sectionCount;
  uint64_t sectionTable;
  uint64_t size;
} Layout;

static inline uint64_t roundUp(uint64_t value, uint64_t align) {
  return (value + align - 1) & ~(align - 1);
}

#pragma GCC visibility push(hidden)

#ifndef LIBSTAPSDT_UNIT /* there, the definition comes first */
extern const FixedSection stapsdtSections[maxSections];
#endif

LIBSTAPSDT_API bool stapsdtIsArgType(int type);

/*
 * Writes a probe's arguments, as in "8@%rdi -4@%rsi", and returns the length. Every register has
 * its 64-bit name: tracers go by the size.
 */
LIBSTAPSDT_API size_t stapsdtFormatArguments(const Machine *machine, const SDTProbe_t *probe,
                              char out[maxArgumentText]);

/*
 * Where in a slot the landing is. Sites of all sizes end at one place, so no two begin at one. When
 * a tracer is killed while the kernel detaches it, the kernel may keep its uprobe, with the
 * length of the instruction, under the address of the file's inode. A later file whose inode gets
 * this address inherits it, and a program that is traced there goes on behind an instruction of
 * that length.
 */
LIBSTAPSDT_API uint64_t stapsdtLead(const ImageSpec *spec);

/*
 * The address of a probe's site. The landing precedes it, where the Go package enters and where gdb
 * has its breakpoint. A breakpoint and a uprobe must not share a byte: the uprobe would take every
 * trap, and gdb, if it leaves later, would put the uprobe's trap back, which kills the process.
 */
LIBSTAPSDT_API uint64_t stapsdtSiteAddress(const ImageSpec *spec, const Layout *layout,
                                           size_t number);

/* The size of a note's descriptor, without its padding. */
LIBSTAPSDT_API uint64_t stapsdtDescriptorSize(const ImageSpec *spec, const SDTProbe_t *probe);

/* False if the image would be too large. Otherwise the specification must be valid. */
LIBSTAPSDT_API bool stapsdtLayOut(const ImageSpec *spec, Layout *layout);

#pragma GCC visibility pop

#endif
