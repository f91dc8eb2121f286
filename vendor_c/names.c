//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * names.c - a hash table, so that a provider of very many probes is made in linear time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#include "names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a with 64 bits. */
static uint64_t hashOf(const char *name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (; *name != '\0'; name++) {
    hash = (hash ^ (unsigned char)*name) * 0x100000001b3;
  }
  return hash;
}

/* The place of the name, or the free place where it belongs. The table must have a free place. */
static size_t placeOf(const Names *names, const char *name) {
  const size_t mask = names->capacity - 1;
  size_t place = (size_t)hashOf(name) & mask;
  while (names->table[place] != NULL && strcmp(names->table[place], name) != 0) {
    place = (place + 1) & mask;
  }
  return place;
}

static bool grow(Names *names) {
  Names larger = {.capacity = 16, .count = names->count};
  if (names->capacity > 0) {
    larger.capacity = 2 * names->capacity;
  }
  larger.table = calloc(larger.capacity, sizeof *larger.table);
  if (larger.table == NULL) {
    return false;
  }
  for (size_t i = 0; i < names->capacity; i++) {
    if (names->table[i] != NULL) {
      larger.table[placeOf(&larger, names->table[i])] = names->table[i];
    }
  }
  free(names->table);
  *names = larger;
  return true;
}

bool stapsdtHasName(const Names *names, const char *name) {
  return names->count > 0 && names->table[placeOf(names, name)] != NULL;
}

bool stapsdtAddName(Names *names, const char *name) {
  if (2 * (names->count + 1) > names->capacity && !grow(names)) {
    return false;
  }
  names->table[placeOf(names, name)] = name;
  names->count++;
  return true;
}

#endif
