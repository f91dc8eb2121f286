/*
 * blocking.c - a shared object whose constructor keeps the dynamic linker's lock for a while.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <unistd.h>

/* BLOCKING has the numbers of two descriptors, to write a byte to and to read one from. */
__attribute__((constructor)) static void block(void) {
  char *rest;
  const int entered = (int)strtol(getenv("BLOCKING"), &rest, 10);
  const int leave = (int)strtol(rest, NULL, 10);
  char byte = 0;
  if (write(entered, &byte, 1) != 1 || read(leave, &byte, 1) != 1) {
    abort();
  }
}
