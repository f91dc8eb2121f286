/*
 * machine.h - what differs between the machines that an image can be made for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STAPSDT_MACHINE_H
#define STAPSDT_MACHINE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libstapsdt.h"

/* The machine of this library, EM_NONE if there are no images for it. Tests override it. */
#ifndef STAPSDT_HOST_MACHINE
#if defined(__x86_64__) && defined(__LP64__)
#define STAPSDT_HOST_MACHINE EM_X86_64
#elif defined(__aarch64__) && defined(__LP64__) && defined(__AARCH64EL__)
#define STAPSDT_HOST_MACHINE EM_AARCH64
#else
#define STAPSDT_HOST_MACHINE EM_NONE
#endif
#endif

enum { maxSiteSize = 10, maxSiteForms = 3 };

/* The machine code that a tracer replaces at a probe. */
typedef struct {
  size_t size;
  unsigned char code[maxSiteSize];
} Site;

typedef struct {
  Elf64_Half id;
  uint64_t page; /* the largest page size of the machine's kernels: segments share no page */
  const char *registers[MAX_ARGUMENTS]; /* C integer arguments, spelt as every tracer reads them */
  Site landing; /* the no-op before every stub: see layout.h */
  size_t returnSize;
  unsigned char returnCode[4];
  unsigned char filler; /* fills a slot after the return instruction: it traps */
  size_t siteForms;
  Site sites[maxSiteForms]; /* the known forms, the default first, each longer than the last */
} Machine;

#pragma GCC visibility push(hidden)

/* Returns NULL for a machine that images cannot be made for. */
LIBSTAPSDT_API const Machine *stapsdtMachine(Elf64_Half id);

/* Returns the known form with these bytes, or NULL, also if machine is NULL. */
LIBSTAPSDT_API const Site *stapsdtSite(const Machine *machine, const void *code, size_t size);

#pragma GCC visibility pop

#endif
