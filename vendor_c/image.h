/*
 * image.h - turns the specification of an ELF image into its bytes; no I/O.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STAPSDT_IMAGE_H
#define STAPSDT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "libstapsdt.h"
#include "machine.h"

typedef struct {
  const Machine *machine; /* NULL is refused */
  const Site *site;     /* one of the machine's forms */
  const char *provider;
  const SDTProbe_t *const *probes; /* in the order of their declaration */
  size_t probeCount;
  const unsigned char *btf; /* the content of .BTF */
  size_t btfSize;           /* 0 for an image without it */
  /*
   * For a dynamic linker that writes into .dynamic. Otherwise that is in the segment with the code,
   * which saves a mapping, a page of the file and a page of memory.
   */
  bool writableDynamic;
} ImageSpec;

typedef struct {
  unsigned char *bytes; /* from malloc, the caller frees them */
  size_t size;
  size_t sitesEnd; /* where another probe's site would be; each is slotSize before the next */
} Image;

#pragma GCC visibility push(hidden)

/* Returns NULL and sets *image, or returns the reason why there is none. */
LIBSTAPSDT_API const char *stapsdtMakeImage(const ImageSpec *spec, Image *image);

#pragma GCC visibility pop

#endif
