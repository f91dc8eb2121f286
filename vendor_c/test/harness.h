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

/* Ends the test program with a message unless the condition holds. */
#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      failAt(__FILE__, __LINE__, "not so: " #condition);                                           \
    }                                                                                              \
  } while (0)

/* Checks the kind of the last failure, and that its text has the provider's name and the words. */
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

/* Runs body in a child process, because it cannot be undone. Fails unless the child ends well. */
void inChild(void (*body)(void));

/* A directory that only this test program uses. TMPDIR is set to it. */
const char *temporaryDirectory(void);

/* The numbers that a leak would increase. */
typedef struct {
  int descriptors;
  int mappings; /* of images */
  int files;    /* in the temporary directory */
} Resources;

Resources resources(void);
bool sameResources(Resources a, Resources b);

/* Whether valgrind runs the tests. The Makefile says so. */
bool underValgrind(void);

/* A provider, not loaded, with the probes "plain" (no arguments) and "full" (six). */
SDTProvider_t *twoProbes(const char *name, MemFDOption_t backing);

#endif
