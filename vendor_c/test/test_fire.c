/*
 * test_fire.c - the arguments of a stub, and when a probe counts as enabled.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

static uint64_t seen[MAX_ARGUMENTS];
static int calls;

/* Stands in for a stub and records its arguments. */
static void record(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
  const uint64_t values[MAX_ARGUMENTS] = {a, b, c, d, e, f};
  memcpy(seen, values, sizeof seen);
  calls++;
}

/* Points a probe at record(), by memcpy, because ISO C has no cast for it. */
static void intercept(SDTProbe_t *probe) {
  void (*function)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t) = record;
  memcpy(&probe->_fire, &function, sizeof probe->_fire);
  memset(seen, 0xff, sizeof seen);
  calls = 0;
}

static void all_six_values_arrive_whole(void) {
  SDTProvider_t *provider = twoProbes("six", memfd_enabled);
  SDTProbe_t *full = &provider->probes->probe;
  intercept(full);
  probeFire(full, INT64_C(-1), UINT64_C(255), INT64_MIN, UINT64_MAX, INT64_MAX,
            UINT64_C(0x123456789abcdef0));
  const uint64_t expected[] = {UINT64_MAX, 255,       (uint64_t)INT64_MIN,
                               UINT64_MAX, INT64_MAX, 0x123456789abcdef0};
  CHECK(calls == 1);
  CHECK(memcmp(seen, expected, sizeof seen) == 0);
  full->_fire = NULL;
  providerDestroy(provider);
}

static void each_number_of_arguments(void) {
  SDTProvider_t *provider = providerInit("counts");
  char name[] = "args0";
  for (int count = 0; count <= MAX_ARGUMENTS; count++) {
    name[4] = (char)('0' + count);
    SDTProbe_t *probe =
      providerAddProbe(provider, name, count, int64, int64, int64, int64, int64, int64);
    intercept(probe);
    probeFire(probe, INT64_C(1), INT64_C(2), INT64_C(3), INT64_C(4), INT64_C(5), INT64_C(6));
    CHECK(calls == 1);
    for (int i = 0; i < count; i++) {
      CHECK(seen[i] == (uint64_t)i + 1);
    }
    probe->_fire = NULL;
  }
  providerDestroy(provider);
}

static void an_unloaded_probe_does_nothing(void) {
  SDTProvider_t *provider = twoProbes("unloaded", memfd_enabled);
  SDTProbe_t *full = &provider->probes->probe;
  probeFire(full, INT64_C(1), INT64_C(2), INT64_C(3), INT64_C(4), INT64_C(5), INT64_C(6));
  CHECK(probeIsEnabled(full) == 0);
  CHECK(providerLoad(provider) == 0);
  CHECK(providerUnload(provider) == 0);
  CHECK(full->_fire == NULL);
  probeFire(full, INT64_C(1), INT64_C(2), INT64_C(3), INT64_C(4), INT64_C(5), INT64_C(6));
  CHECK(probeIsEnabled(full) == 0);
  providerDestroy(provider);
}

/* Writes a stub's first byte as a tracer would, and returns the byte that was there. */
static unsigned char poke(SDTProbe_t *probe, unsigned char byte) {
  unsigned char *site = probe->_fire;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  void *start = site - (uintptr_t)site % page;
  unsigned char old = *site;
  CHECK(mprotect(start, page, PROT_READ | PROT_WRITE) == 0);
  *site = byte;
  CHECK(mprotect(start, page, PROT_READ | PROT_EXEC) == 0);
  return old;
}

static void checkFlips(SDTProvider_t *provider) {
  SDTProbe_t *full = &provider->probes->probe;
  SDTProbe_t *plain = &provider->probes->next->probe;
  const unsigned char attached[] = {0xcc, 0xe8, 0x48, 0xa0}; /* int3, both rewritten forms, brk */
  for (size_t i = 0; i < sizeof attached; i++) {
    CHECK(probeIsEnabled(full) == 0);
    unsigned char idle = poke(full, attached[i]);
    CHECK(probeIsEnabled(full) == 1);
    CHECK(probeIsEnabled(plain) == 0);
    poke(full, idle);
  }
  CHECK(probeIsEnabled(full) == 0);
}

static void attaching_flips_the_answer_at_every_site(void) {
#if defined(__x86_64__)
  static const struct {
    const char *code;
    size_t size;
  } sites[] = {{"\x90", 1}, {"\x0f\x1f\x44\0\0", 5}, {"\x66\x2e\x0f\x1f\x84\0\0\0\0\0", 10}};
#else
  static const struct {
    const char *code;
    size_t size;
  } sites[] = {{"\x1f\x20\x03\xd5", 4}};
#endif
  SDTProvider_t *provider = twoProbes("flips", memfd_enabled);
  for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
    CHECK(providerUseSite(provider, sites[i].code, sites[i].size) == 1);
    CHECK(providerLoad(provider) == 0);
    SDTProbe_t *full = &provider->probes->probe;
    CHECK(memcmp(full->_fire, sites[i].code, sites[i].size) == 0);
    probeFire(full, INT64_C(1), INT64_C(2), INT64_C(3), INT64_C(4), INT64_C(5), INT64_C(6));
    checkFlips(provider);
    CHECK(providerUnload(provider) == 0);
  }
  providerDestroy(provider);
}

static void a_copy_of_a_probe_works_as_well(void) {
  SDTProvider_t *provider = twoProbes("copied", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  SDTProbe_t copy = provider->probes->probe;
  probeFire(&copy, INT64_C(1), INT64_C(2), INT64_C(3), INT64_C(4), INT64_C(5), INT64_C(6));
  CHECK(probeIsEnabled(&copy) == 0);
  unsigned char idle = poke(&copy, 0xcc);
  CHECK(probeIsEnabled(&copy) == 1);
  poke(&copy, idle);
  providerDestroy(provider);
}

int main(void) {
  RUN(all_six_values_arrive_whole);
  RUN(each_number_of_arguments);
  RUN(an_unloaded_probe_does_nothing);
  RUN(attaching_flips_the_answer_at_every_site);
  RUN(a_copy_of_a_probe_works_as_well);
  CHECK(rmdir(temporaryDirectory()) == 0);
  return 0;
}
