/*
 * harness.h - what the C tests share.
 *
 * Neither this header nor the tests include <errno.h>: they name the provider's member errno.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../libstapsdt.h"

/* Ends the test program, loudly, unless the condition holds. */
#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      failAt(__FILE__, __LINE__, "not so: " #condition);                                           \
    }                                                                                              \
  } while (0)

/* The provider's last failure is of this kind, and its text has the provider and all the words. */
#define CHECK_ERROR(provider, kind, ...)                                                           \
  checkError(__FILE__, __LINE__, provider, kind, (const char *const[]){__VA_ARGS__, NULL})

#define RUN(test) runTest(#test, test)
#define SKIP(reason)                                                                               \
  do {                                                                                             \
    printf("  skipped: %s\n", reason);                                                             \
    return;                                                                                        \
  } while (0)

_Noreturn void failAt(const char *file, int line, const char *what);
void checkError(const char *file, int line, const SDTProvider_t *provider, SDTError_t kind,
                const char *const *words);

/* Prints the name, runs the test, and fails if it leaves a descriptor, mapping or file behind. */
void runTest(const char *name, void (*test)(void));

/* Runs it in a child, for what cannot be undone, and fails unless that ends well. */
void inChild(void (*body)(void));

/* A directory of this test program alone: TMPDIR is set to it. */
const char *temporaryDirectory(void);

/* What a leak would add to. */
typedef struct {
  int descriptors;
  int mappings; /* of images */
  int files;    /* in the temporary directory */
} Resources;

Resources resources(void);
bool sameResources(Resources a, Resources b);

/* Whether valgrind runs the tests, as the Makefile tells. */
bool underValgrind(void);

/* A loaded-to-be provider with the probes "plain" (no argument) and "full" (six). */
SDTProvider_t *twoProbes(const char *name, MemFDOption_t backing);

#endif
