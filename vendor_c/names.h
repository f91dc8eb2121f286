/*
 * names.h - the set of the names of a provider's probes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STAPSDT_NAMES_H
#define STAPSDT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "libstapsdt.h"

/* Empty when all is zero. Free the member table. The names belong to the caller. */
typedef struct {
  const char **table; /* NULL where there is no name; at least half of the places */
  size_t capacity;    /* 0 or a power of two */
  size_t count;
} Names;

#pragma GCC visibility push(hidden)

LIBSTAPSDT_API bool stapsdtHasName(const Names *names, const char *name);

/* Adds a name that is not in the set. False if memory runs out. */
LIBSTAPSDT_API bool stapsdtAddName(Names *names, const char *name);

#pragma GCC visibility pop

#endif
