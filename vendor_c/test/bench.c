/*
 * bench.c - the cost of firing, asking and loading with no tracer attached: the best of several.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "../libstapsdt.h"

enum { rounds = 7 };

static SDTProvider_t *provider;
static SDTProbe_t *probe;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void fire(long n) {
  for (long i = 0; i < n; i++) {
    probeFire(probe, (uint64_t)i, INT64_C(2), INT64_C(3), INT64_C(4), INT64_C(5), INT64_C(6));
  }
}

static void ask(long n) {
  for (long i = 0; i < n; i++) {
    probeIsEnabled(probe);
  }
}

static void loadAndUnload(long n) {
  for (long i = 0; i < n; i++) {
    providerLoad(provider);
    providerUnload(provider);
  }
}

static void measure(const char *what, void (*body)(long), long n) {
  double best = 0;
  for (int i = 0; i < rounds; i++) {
    double start = now();
    body(n);
    double each = (now() - start) / (double)n;
    best = i == 0 || each < best ? each : best;
  }
  printf("%-28s %10.2f ns\n", what, best);
}

/* Declares a new provider whose probes have another number of arguments. */
static void declare(int argCount) {
  providerDestroy(provider);
  provider = providerInit("bench");
  providerAddProbe(provider, "second", 0);
  providerAddProbe(provider, "third", 0);
  probe = providerAddProbe(provider, "first", argCount, uint64, int64, int64, int64, int64, int64);
}

int main(void) {
  declare(6);
  measure("probeFire, not loaded", fire, 10000000);
  measure("load and unload, 3 probes", loadAndUnload, 1000);
  for (int argCount = 0; argCount <= MAX_ARGUMENTS; argCount += 2) {
    char what[32];
    declare(argCount);
    if (providerLoad(provider) != 0) {
      fprintf(stderr, "%s\n", provider->error);
      return 1;
    }
    snprintf(what, sizeof what, "probeFire, %d arguments", argCount);
    measure(what, fire, 10000000);
  }
  measure("probeIsEnabled", ask, 10000000);
  providerDestroy(provider);
  return 0;
}
