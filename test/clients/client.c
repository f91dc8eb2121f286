/*
 * client.c - what a C program does with libstapsdt, including the use of fields of its structs.
 *
 * Usage: client memfd|file, see trace.sh
 *
 * SPDX-License-Identifier: MIT
 */
#define _DEFAULT_SOURCE 1

#include <libstapsdt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check(int holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "client: not so: %s\n", what);
    exit(1);
  }
}
#define CHECK(condition) check(condition, #condition)

/* A client may read these fields of the structs. */
static void checkFields(SDTProvider_t *provider, SDTProbe_t *added, SDTProbe_t *last, int memfd) {
  CHECK(strcmp(provider->name, "client") == 0);
  CHECK(&provider->probes->probe == last); /* the newest is the head of the list */
  CHECK(&provider->probes->next->probe == added);
  CHECK(provider->probes->next->next == NULL);
  CHECK(strcmp(added->name, "signed") == 0);
  CHECK(added->provider == provider);
  CHECK(added->argCount == 6);
  CHECK(added->argFmt[0] == int8);
  CHECK(added->argFmt[5] == int64);
  CHECK(added->_fire != NULL && added->_fire != last->_fire);
  CHECK(provider->errno == noError && provider->error == NULL);
  CHECK(provider->_handle != NULL);
  CHECK((provider->_use_memfd == memfd_enabled) == memfd);
  CHECK((provider->_memfd >= 0) == memfd);
}

int main(int argc, char **argv) {
  const int memfd = argc == 2 && strcmp(argv[1], "memfd") == 0;
  SDTProvider_t *provider = providerInit("client");
  CHECK(providerUseMemfd(provider, memfd ? memfd_enabled : memfd_disabled) == 1);
  SDTProbe_t *negative =
    providerAddProbe(provider, "signed", 6, int8, int16, int32, int64, int8, int64);
  SDTProbe_t *large =
    providerAddProbe(provider, "unsigned", 6, uint8, uint16, uint32, uint64, uint8, uint64);
  if (providerLoad(provider) != 0) {
    fprintf(stderr, "client: error %d: %s\n", (int)provider->errno, provider->error);
    return 1;
  }
  checkFields(provider, negative, large, memfd);

  puts(provider->_filename);
  fflush(stdout);
  while (!probeIsEnabled(negative) || !probeIsEnabled(large)) {
    usleep(1000);
  }
  while (probeIsEnabled(negative) || probeIsEnabled(large)) {
    probeFire(negative, INT64_C(-1), INT64_C(-2), INT64_C(-3), INT64_C(-4), INT64_C(127),
              INT64_MIN);
    probeFire(large, UINT64_C(255), UINT64_C(65535), UINT64_C(4294967295), UINT64_MAX, UINT64_C(0),
              UINT64_C(1) << 63);
    usleep(1000);
  }
  CHECK(providerUnload(provider) == 0);
  CHECK(negative->_fire == NULL);
  providerDestroy(provider);
  return 0;
}
