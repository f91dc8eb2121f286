/*
 * imageserver.c - answers each specification on standard input with its image on standard output,
 * until the input ends: the C side of the comparison with the Go writer.
 *
 * A specification is, with all numbers as int32_t: the machine's number in ELF; the site; the
 * provider; the content of .BTF; the number of probes; and for each probe its name, the number of
 * its arguments, and their ArgType_t numbers. What is not a number is a string: the number of
 * bytes, and these. The answer is a string, too.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../image.h"

static _Noreturn void giveUp(const char *reason) {
  fprintf(stderr, "imageserver: %s\n", reason);
  exit(1);
}

static void *allocate(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) {
    giveUp("out of memory");
  }
  return memory;
}

static void readBytes(void *to, size_t size) {
  if (fread(to, 1, size, stdin) != size) {
    giveUp("the specification is not complete");
  }
}

static int32_t readNumber(void) {
  int32_t number;
  readBytes(&number, sizeof number);
  return number;
}

/* The caller frees the string. The sanitizer notices a read beyond its NUL. */
static char *readString(size_t *size) {
  *size = (size_t)readNumber();
  char *string = allocate(*size + 1, 1);
  readBytes(string, *size);
  return string;
}

static const Site *readSite(const Machine *machine) {
  size_t size;
  char *code = readString(&size);
  const Site *site = stapsdtSite(machine, code, size);
  free(code);
  return site;
}

static void readProbe(SDTProbe_t *probe) {
  size_t size;
  probe->name = readString(&size);
  probe->argCount = readNumber();
  if (probe->argCount > MAX_ARGUMENTS) {
    giveUp("too many arguments");
  }
  for (int i = 0; i < probe->argCount; i++) {
    probe->argFmt[i] = (ArgType_t)readNumber();
  }
}

static void answer(const ImageSpec *spec) {
  Image image;
  const char *reason = stapsdtMakeImage(spec, &image);
  if (reason != NULL) {
    giveUp(reason);
  }
  const int32_t size = (int32_t)image.size;
  fwrite(&size, sizeof size, 1, stdout);
  fwrite(image.bytes, 1, image.size, stdout);
  if (fflush(stdout) != 0) {
    giveUp("cannot write");
  }
  free(image.bytes);
}

static void serve(Elf64_Half machine) {
  ImageSpec spec = {.machine = stapsdtMachine(machine)};
  spec.site = readSite(spec.machine);
  size_t size;
  char *provider = readString(&size);
  spec.provider = provider;
  char *btf = readString(&spec.btfSize);
  spec.btf = (const unsigned char *)btf;
  spec.probeCount = (size_t)readNumber();
  SDTProbe_t *probes = allocate(spec.probeCount + 1, sizeof *probes);
  const SDTProbe_t **list = allocate(spec.probeCount + 1, sizeof *list);
  for (size_t i = 0; i < spec.probeCount; i++) {
    readProbe(&probes[i]);
    list[i] = &probes[i];
  }
  spec.probes = list;
  answer(&spec);
  for (size_t i = 0; i < spec.probeCount; i++) {
    free(probes[i].name);
  }
  free(list);
  free(probes);
  free(btf);
  free(provider);
}

int main(void) {
  int32_t machine;
  while (fread(&machine, sizeof machine, 1, stdin) == 1) {
    serve((Elf64_Half)machine);
  }
  return 0;
}
