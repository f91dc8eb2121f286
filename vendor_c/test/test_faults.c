/*
 * test_faults.c - fails at every allocation and system call in turn: nothing may leak or crash.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <string.h>
#include <unistd.h>

#include "faults.h"
#include "harness.h"

/* The whole life of a provider. Any step may fail. */
static void live(MemFDOption_t backing, const char *file) {
  SDTProvider_t *provider = providerInit("faults");
  if (provider == NULL) {
    return;
  }
  providerUseMemfd(provider, backing);
  providerUseFile(provider, file);
  providerDescribe(provider, "types", 5);
  SDTProbe_t *one = providerAddProbe(provider, "one", 1, int32);
  SDTProbe_t *two = providerAddProbe(provider, "two", 2, uint8, int64);
  if (providerLoad(provider) == 0) {
    probeFire(one, INT64_C(1));
    probeFire(two, INT64_C(1), INT64_C(2));
    providerAddProbe(provider, "two", 0);
    providerUnload(provider);
  }
  CHECK(provider->errno == noError || provider->error != NULL);
  CHECK(provider->errno == noError || strlen(provider->error) > 0);
  CHECK(provider->_handle == NULL);
  CHECK(provider->_memfd == -1);
  CHECK(provider->_filename == NULL);
  providerDestroy(provider);
}

static void failEveryCall(MemFDOption_t backing, const char *file) {
  Resources before = resources();
  int number = 0;
  do {
    failCall(++number);
    live(backing, file);
    CHECK(sameResources(before, resources()));
  } while (callFailed());
  failCall(0);
  printf("  %d calls\n", number - 1);
  CHECK(number > 10);
}

static void every_call_fails_with_a_memfd(void) {
  failEveryCall(memfd_enabled, NULL);
}

static void every_call_fails_with_a_temporary_file(void) {
  failEveryCall(memfd_disabled, NULL);
}

static void every_call_fails_with_a_chosen_file(void) {
  char back[4096];
  CHECK(getcwd(back, sizeof back) != NULL);
  CHECK(chdir(temporaryDirectory()) == 0);
  failEveryCall(memfd_disabled, "chosen.so");
  CHECK(chdir(back) == 0);
}

static void short_and_interrupted_writes_are_continued(void) {
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    SDTProvider_t *provider = twoProbes("writes", (MemFDOption_t)backing);
    setWrites(shortInterruptedWrites);
    int result = providerLoad(provider);
    setWrites(honestWrites);
    CHECK(result == 0);
    providerDestroy(provider);
  }
}

static void a_full_disk_is_reported(void) {
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    SDTProvider_t *provider = twoProbes("fulldisk", (MemFDOption_t)backing);
    setWrites(fullDisk);
    int result = providerLoad(provider);
    setWrites(honestWrites);
    CHECK(result != 0);
    CHECK_ERROR(provider, tmpCreationError, "write", "No space left");
    providerDestroy(provider);
  }
}

static void a_failure_without_memory_for_its_text(void) {
  SDTProvider_t *provider = providerInit("mute");
  failCall(1);
  CHECK(providerAddProbe(provider, "", 0) == NULL);
  failCall(0);
  CHECK(provider->errno == elfCreationError);
  CHECK(strcmp(provider->error, "out of memory") == 0);
  providerDestroy(provider);
}

int main(void) {
  RUN(every_call_fails_with_a_memfd);
  RUN(every_call_fails_with_a_temporary_file);
  RUN(every_call_fails_with_a_chosen_file);
  RUN(short_and_interrupted_writes_are_continued);
  RUN(a_full_disk_is_reported);
  RUN(a_failure_without_memory_for_its_text);
  CHECK(rmdir(temporaryDirectory()) == 0);
  return 0;
}
