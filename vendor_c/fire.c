//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * fire.c - fires probes, and tells whether a tracer is attached.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "provider.h"

/* A stub as the C compiler sees it: it takes the arguments in their registers and returns. */
typedef void Stub(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

void probeFire(SDTProbe_t *probe, ...) {
  if (probe == NULL || probe->_fire == NULL) {
    return;
  }
  uint64_t arguments[MAX_ARGUMENTS] = {0};
  const int count = probe->argCount;
  va_list values;
  va_start(values, probe);
#pragma GCC unroll 6 /* each value then has a fixed place: 3.0 ns for six, 4.4 with a loop */
  for (int i = 0; i < MAX_ARGUMENTS; i++) {
    if (i >= count) {
      break;
    }
    arguments[i] = va_arg(values, uint64_t);
  }
  va_end(values);
  Stub *stub;
  memcpy(&stub, &probe->_fire, sizeof stub); /* ISO C has no cast from data to function pointers */
  stub(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

int probeIsEnabled(SDTProbe_t *probe) {
  if (probe == NULL || probe->_fire == NULL) {
    return 0;
  }
  /* Every attach changes the first byte; only that byte is restored by every detach. */
  const volatile unsigned char *site = probe->_fire;
  return *site != privateOf(probe->provider)->site->code[0];
}

#endif
