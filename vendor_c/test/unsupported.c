/*
 * unsupported.c - a program on a machine that images cannot be made for.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../libstapsdt.h"

int main(void) {
  SDTProvider_t *provider = providerInit("exotic");
  SDTProbe_t *probe = providerAddProbe(provider, "probe", 1, int32);
  int ok = probe != NULL && providerUseSite(provider, "\x90", 1) == 0 &&
           providerLoad(provider) != 0 && provider->errno == elfCreationError &&
           strstr(provider->error, "unsupported machine") != NULL && probeIsEnabled(probe) == 0;
  probeFire(probe, INT64_C(1));
  printf("%s: %s\n", ok ? "refused" : "FAILED", provider->error);
  providerDestroy(provider);
  return ok ? 0 : 1;
}
