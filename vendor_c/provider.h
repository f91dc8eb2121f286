/*
 * provider.h - a provider with its private members.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STAPSDT_PROVIDER_H
#define STAPSDT_PROVIDER_H

#include "libstapsdt.h"
#include "machine.h"
#include "names.h"
#include "publish.h"

typedef struct {
  SDTProvider_t public; /* first, because clients hold a pointer to it */
  Names names;            /* of the probes */
  const Machine *machine; /* NULL on an unsupported machine */
  const Site *site;     /* of the image loaded, or of the next one */
  char *file;           /* where to put the image without memfd, NULL for a temporary file */
  unsigned char *btf;   /* of the image loaded, or of the next one; NULL for none */
  size_t btfSize;
  void *handle;         /* of the image, NULL while not loaded; public._handle is a copy */
  Publication publication; /* while loaded */
  char *message;           /* public.error, unless there was no memory for it */
  char *reason;            /* the part of it that providerFailure returns */
  int number;              /* the errno(3) value behind it, or 0 */
  char noMemory[sizeof "out of memory"];
} Provider;

/* Every provider was allocated by this library, with the public struct as its first member. */
static inline Provider *privateOf(SDTProvider_t *provider) {
  return (Provider *)provider;
}

#pragma GCC visibility push(hidden)

/* Records a failure: its kind and, after "provider NAME: ", the formatted reason. */
LIBSTAPSDT_API void stapsdtFail(Provider *provider, SDTError_t kind, const char *format, ...)
  __attribute__((format(printf, 3, 4)));

/* Adds to the failure that was just recorded the errno(3) value, or 0, and advice, or "". */
LIBSTAPSDT_API void stapsdtAdvise(Provider *provider, int number, const char *advice);

#pragma GCC visibility pop

#endif
