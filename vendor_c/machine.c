//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * machine.c - the machines that an image can be made for, and their probe sites.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#include "machine.h"

#include <string.h>

static const Machine machines[] = {
  {
    .id = EM_X86_64,
    .page = 0x1000,
    .registers = {"%rdi", "%rsi", "%rdx", "%rcx", "%r8", "%r9"},
    .landing = {1, {0x90}},
    .returnSize = 1,
    .returnCode = {0xc3},
    .filler = 0xcc,
    .siteForms = 3,
    .sites =
      {
        {1, {0x90}},
        {5, {0x0f, 0x1f, 0x44, 0x00, 0x00}},
        {10, {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00}},
      },
  },
  {
    .id = EM_AARCH64,
    .page = 0x10000,
    .registers = {"x0", "x1", "x2", "x3", "x4", "x5"},
    .landing = {4, {0x1f, 0x20, 0x03, 0xd5}},
    .returnSize = 4,
    .returnCode = {0xc0, 0x03, 0x5f, 0xd6},
    .filler = 0x00, /* udf #0 */
    .siteForms = 1,
    .sites = {{4, {0x1f, 0x20, 0x03, 0xd5}}},
  },
};

const Machine *stapsdtMachine(Elf64_Half id) {
  for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
    if (machines[i].id == id) {
      return &machines[i];
    }
  }
  return NULL;
}

const Site *stapsdtSite(const Machine *machine, const void *code, size_t size) {
  if (machine == NULL || code == NULL) {
    return NULL;
  }
  for (size_t i = 0; i < machine->siteForms; i++) {
    const Site *site = &machine->sites[i];
    if (site->size == size && memcmp(site->code, code, size) == 0) {
      return site;
    }
  }
  return NULL;
}

#endif
