/*
 * imagedump.c - writes the image of a specification to standard output: with any argument, one for
 * a dynamic linker that writes into .dynamic.
 *
 * Standard input has one item a line: the machine (x86_64 or aarch64), the site's bytes in hex, the
 * provider, and then each probe as its name and the ArgType_t numbers of its arguments:
 *
 *   x86_64
 *   0f1f440000
 *   shop
 *   order_start 8 8
 *   order_end 8 -4
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../image.h"

static _Noreturn void give_up(const char *reason) {
  fprintf(stderr, "imagedump: %s\n", reason);
  exit(1);
}

/* Returns the next line without its end, which the caller frees; NULL after the last line. */
static char *nextLine(void) {
  char *line = NULL;
  size_t size = 0;
  if (getline(&line, &size, stdin) < 0) {
    free(line);
    return NULL;
  }
  line[strcspn(line, "\n")] = '\0';
  return line;
}

static char *needLine(const char *what) {
  char *line = nextLine();
  if (line == NULL) {
    give_up(what);
  }
  return line;
}

static const Machine *readMachine(void) {
  char *line = needLine("no machine");
  const Machine *machine = NULL;
  if (strcmp(line, "x86_64") == 0) {
    machine = stapsdtMachine(EM_X86_64);
  } else if (strcmp(line, "aarch64") == 0) {
    machine = stapsdtMachine(EM_AARCH64);
  }
  free(line);
  return machine;
}

static const Site *readSite(const Machine *machine) {
  unsigned char code[maxSiteSize];
  size_t size = 0;
  unsigned byte;
  char *line = needLine("no site");
  while (size < maxSiteSize && sscanf(line + 2 * size, "%2x", &byte) == 1) {
    code[size++] = (unsigned char)byte;
  }
  free(line);
  return stapsdtSite(machine, code, size);
}

/* Splits the line. The probe's name points into it. */
static SDTProbe_t parseProbe(char *line) {
  SDTProbe_t probe = {.name = strtok(line, " ")};
  for (char *word; (word = strtok(NULL, " ")) != NULL;) {
    if (probe.name == NULL || probe.argCount == MAX_ARGUMENTS) {
      give_up("a probe has no name, or more than six arguments");
    }
    probe.argFmt[probe.argCount++] = (ArgType_t)atoi(word);
  }
  return probe;
}

static const SDTProbe_t **readProbes(size_t *count) {
  size_t room = 0;
  const SDTProbe_t **probes = NULL;
  for (char *line; (line = nextLine()) != NULL; ++*count) {
    if (*count == room) {
      room = room * 2 + 8;
      probes = realloc(probes, room * sizeof *probes);
    }
    SDTProbe_t *probe = malloc(sizeof *probe);
    if (probes == NULL || probe == NULL) {
      give_up("out of memory");
    }
    *probe = parseProbe(line);
    probes[*count] = probe;
  }
  return probes;
}

int main(int argc, char **argv) {
  (void)argv;
  ImageSpec spec = {.machine = readMachine(), .writableDynamic = argc > 1};
  spec.site = readSite(spec.machine);
  spec.provider = needLine("no provider");
  spec.probes = readProbes(&spec.probeCount);
  Image image;
  const char *reason = stapsdtMakeImage(&spec, &image);
  if (reason != NULL) {
    give_up(reason);
  }
  if (fwrite(image.bytes, 1, image.size, stdout) != image.size || fflush(stdout) != 0) {
    give_up("cannot write");
  }
  return 0; /* the process ends: what it has allocated goes with it */
}
