/*
 * test_lifecycle.c - declaring, loading, adding, loading again, unloading, destroying.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static void a_new_provider_is_empty_and_unloaded(void) {
  SDTProvider_t *provider = providerInit("fresh");
  CHECK(provider != NULL);
  CHECK(strcmp(provider->name, "fresh") == 0);
  CHECK(provider->probes == NULL);
  CHECK(provider->errno == noError);
  CHECK(provider->error == NULL);
  CHECK(provider->_handle == NULL);
  CHECK(provider->_filename == NULL);
  CHECK(provider->_memfd == -1);
  CHECK(provider->_use_memfd == memfd_enabled);
  providerDestroy(provider);
}

static void a_probe_goes_to_the_head_of_the_list(void) {
  SDTProvider_t *provider = providerInit("list");
  SDTProbe_t *first = providerAddProbe(provider, "first", 0);
  SDTProbe_t *second = providerAddProbe(provider, "second", 2, int32, uint64);
  CHECK(&provider->probes->probe == second);
  CHECK(&provider->probes->next->probe == first);
  CHECK(provider->probes->next->next == NULL);
  CHECK(strcmp(second->name, "second") == 0);
  CHECK(second->argCount == 2);
  CHECK(second->argFmt[0] == int32);
  CHECK(second->argFmt[1] == uint64);
  CHECK(second->argFmt[2] == noarg);
  CHECK(second->_fire == NULL);
  CHECK(second->provider == provider);
  providerDestroy(provider);
}

static void a_memfd_is_open_sealed_and_named(void) {
  SDTProvider_t *provider = twoProbes("sealed", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  CHECK(provider->_handle != NULL);
  char expected[64], name[64] = "";
  snprintf(expected, sizeof expected, "/proc/%ld/fd/%d", (long)getpid(), provider->_memfd);
  CHECK(strcmp(provider->_filename, expected) == 0);
  CHECK(readlink(provider->_filename, name, sizeof name - 1) > 0);
  CHECK(strcmp(name, "/memfd:libstapsdt:sealed (deleted)") == 0);
  CHECK(fcntl(provider->_memfd, F_GETFD) == FD_CLOEXEC);
  const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  CHECK((fcntl(provider->_memfd, F_GET_SEALS) & seals) == seals);
  CHECK(write(provider->_memfd, "x", 1) == -1);
  CHECK(providerUnload(provider) == 0);
  CHECK(provider->_memfd == -1);
  CHECK(provider->_filename == NULL);
  CHECK(provider->_handle == NULL);
  providerDestroy(provider);
}

static void a_descriptor_given_to_another_file_is_left_alone(void) {
  SDTProvider_t *provider = twoProbes("closed", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  const int number = provider->_memfd;
  int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(other >= 0 && dup2(other, number) == number);
  CHECK(close(other) == 0);
  providerUnload(provider);
  CHECK(close(number) == 0);
  providerDestroy(provider);
}

static void a_temporary_file_lives_while_loaded(void) {
  SDTProvider_t *provider = twoProbes("tempfile", memfd_disabled);
  int descriptors = resources().descriptors;
  CHECK(providerLoad(provider) == 0);
  CHECK(resources().descriptors == descriptors);
  CHECK(resources().files == 1);
  CHECK(provider->_memfd == -1);
  char start[128];
  snprintf(start, sizeof start, "%s/tempfile-", temporaryDirectory());
  CHECK(strncmp(provider->_filename, start, strlen(start)) == 0);
  CHECK(strlen(provider->_filename) == strlen(start) + strlen("XXXXXX.so"));
  struct stat status;
  CHECK(stat(provider->_filename, &status) == 0);
  CHECK((status.st_mode & 077) == 0);
  CHECK(providerUnload(provider) == 0);
  CHECK(resources().files == 0);
  providerDestroy(provider);
}

static SDTProvider_t *inherited;

static void destroyInherited(void) {
  providerDestroy(inherited);
}

static void a_forked_child_leaves_the_file_alone(void) {
  inherited = twoProbes("forked", memfd_disabled);
  CHECK(providerLoad(inherited) == 0);
  inChild(destroyInherited);
  CHECK(access(inherited->_filename, F_OK) == 0);
  CHECK(providerUnload(inherited) == 0);
  providerDestroy(inherited);
}

static void a_file_of_the_callers_choice(void) {
  char path[128];
  snprintf(path, sizeof path, "%s/chosen", temporaryDirectory());
  SDTProvider_t *provider = twoProbes("chosen", memfd_disabled);
  CHECK(providerUseFile(provider, path) == 1);
  CHECK(providerLoad(provider) == 0);
  CHECK(strcmp(provider->_filename, path) == 0);
  CHECK(access(path, F_OK) == 0);
  CHECK(providerUseFile(provider, NULL) == 0);
  CHECK(providerUnload(provider) == 0);
  CHECK(access(path, F_OK) == -1);
  CHECK(providerUseFile(provider, NULL) == 1);
  CHECK(providerLoad(provider) == 0);
  CHECK(strcmp(provider->_filename, path) != 0);
  providerDestroy(provider);
}

static void a_relative_path_is_of_the_directory_it_was_given_in(void) {
  char path[128], back[4096];
  snprintf(path, sizeof path, "%s/relative.so", temporaryDirectory());
  CHECK(getcwd(back, sizeof back) != NULL);
  CHECK(chdir(temporaryDirectory()) == 0);
  SDTProvider_t *provider = twoProbes("relative", memfd_disabled);
  CHECK(providerUseFile(provider, "relative.so") == 1);
  CHECK(chdir(back) == 0);
  CHECK(providerLoad(provider) == 0);
  CHECK(strcmp(provider->_filename, path) == 0);
  providerDestroy(provider);
}

static void an_empty_TMPDIR_means_tmp(void) {
  CHECK(setenv("TMPDIR", "", 1) == 0);
  SDTProvider_t *provider = twoProbes("emptytmpdir", memfd_disabled);
  CHECK(providerLoad(provider) == 0);
  CHECK(strncmp(provider->_filename, "/tmp/emptytmpdir-", 17) == 0);
  providerDestroy(provider);
  CHECK(setenv("TMPDIR", temporaryDirectory(), 1) == 0);
}

static void a_file_that_is_gone_already_is_no_error(void) {
  SDTProvider_t *provider = twoProbes("gone", memfd_disabled);
  CHECK(providerLoad(provider) == 0);
  CHECK(unlink(provider->_filename) == 0);
  CHECK(providerUnload(provider) == 0);
  providerDestroy(provider);
}

static void a_slash_in_the_name(void) {
  SDTProvider_t *provider = twoProbes("a/b/c", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  CHECK(providerUnload(provider) == 0);
  CHECK(providerUseMemfd(provider, memfd_disabled) == 1);
  CHECK(providerLoad(provider) == 0);
  CHECK(strstr(provider->_filename, "/a_b_c-") != NULL);
  providerDestroy(provider);
}

static void no_probes_at_all(void) {
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    SDTProvider_t *provider = providerInit("none");
    CHECK(providerUseMemfd(provider, (MemFDOption_t)backing) == 1);
    CHECK(providerLoad(provider) == 0);
    CHECK(providerUnload(provider) == 0);
    providerDestroy(provider);
  }
}

static void five_hundred_probes(void) {
  enum { count = 500 };
  SDTProvider_t *provider = providerInit("many");
  SDTProbe_t *probes[count];
  char name[32];
  for (int i = 0; i < count; i++) {
    snprintf(name, sizeof name, "probe%d", i);
    probes[i] = providerAddProbe(provider, name, i % 7, int8, uint8, int16, uint16, int32, int64);
    CHECK(probes[i] != NULL);
  }
  CHECK(providerLoad(provider) == 0);
  for (int i = 0; i < count; i++) {
    CHECK(probes[i]->_fire == dlsym(provider->_handle, probes[i]->name));
    CHECK(probeIsEnabled(probes[i]) == 0);
    probeFire(probes[i], INT64_C(1), INT64_C(2), INT64_C(3), INT64_C(4), INT64_C(5), INT64_C(6));
  }
  providerDestroy(provider);
}

static void a_probe_added_while_loaded_waits_for_the_next_load(void) {
  SDTProvider_t *provider = twoProbes("grows", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  SDTProbe_t *late = providerAddProbe(provider, "late", 1, uint64);
  CHECK(late != NULL);
  CHECK(late->_fire == NULL);
  CHECK(probeIsEnabled(late) == 0);
  probeFire(late, UINT64_C(1));
  CHECK(providerUnload(provider) == 0);
  CHECK(providerLoad(provider) == 0);
  CHECK(late->_fire != NULL);
  probeFire(late, UINT64_C(1));
  providerDestroy(provider);
}

static void a_hundred_cycles_leak_nothing(void) {
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    SDTProvider_t *provider = twoProbes("cycles", (MemFDOption_t)backing);
    Resources before = resources();
    for (int i = 0; i < 100; i++) {
      CHECK(providerLoad(provider) == 0);
      CHECK(providerUnload(provider) == 0);
      CHECK(sameResources(before, resources()));
    }
    providerDestroy(provider);
  }
}

static void several_providers_of_one_name(void) {
  SDTProvider_t *one = twoProbes("twin", memfd_enabled);
  SDTProvider_t *other = twoProbes("twin", memfd_enabled);
  CHECK(providerLoad(one) == 0);
  CHECK(providerLoad(other) == 0);
  CHECK(one->probes->probe._fire != other->probes->probe._fire);
  providerDestroy(one);
  probeFire(&other->probes->probe, UINT64_C(1));
  providerDestroy(other);
}

/* Whether the image of the loaded provider has these bytes. */
static bool imageHas(const SDTProvider_t *provider, const char *bytes) {
  static char image[1 << 18];
  FILE *file = fopen(provider->_filename, "re");
  CHECK(file != NULL);
  size_t size = fread(image, 1, sizeof image, file);
  CHECK(size > 0 && size < sizeof image);
  CHECK(fclose(file) == 0);
  return memmem(image, size, bytes, strlen(bytes)) != NULL;
}

static void types_are_copied_into_later_images(void) {
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    SDTProvider_t *provider = twoProbes("described", (MemFDOption_t)backing);
    char types[] = "these are types";
    CHECK(providerDescribe(provider, "other types", 11) == 1);
    CHECK(providerDescribe(provider, types, sizeof types) == 1);
    memset(types, 'x', sizeof types);
    CHECK(providerDescribe(provider, NULL, 1) == 0);
    for (int loads = 0; loads < 2; loads++) {
      CHECK(providerLoad(provider) == 0);
      CHECK(imageHas(provider, "these are types"));
      CHECK(imageHas(provider, ".BTF"));
      CHECK(!imageHas(provider, "other types"));
      CHECK(providerUnload(provider) == 0);
    }
    CHECK(providerDescribe(provider, NULL, 0) == 1);
    CHECK(providerLoad(provider) == 0);
    CHECK(!imageHas(provider, "these are types"));
    CHECK(!imageHas(provider, ".BTF"));
    providerDestroy(provider);
  }
}

static void destroying_unloads(void) {
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    SDTProvider_t *provider = twoProbes("destroyed", (MemFDOption_t)backing);
    CHECK(providerLoad(provider) == 0);
    providerDestroy(provider);
  }
}

static void null_is_answered(void) {
  CHECK(providerInit(NULL) == NULL);
  CHECK(providerInit("") == NULL);
  CHECK(providerUseMemfd(NULL, memfd_enabled) == 0);
  CHECK(providerUseFile(NULL, "/tmp/x") == 0);
  CHECK(providerUseSite(NULL, "\x90", 1) == 0);
  CHECK(providerDescribe(NULL, "types", 5) == 0);
  CHECK(providerAddProbe(NULL, "probe", 0) == NULL);
  CHECK(providerLoad(NULL) != 0);
  CHECK(providerUnload(NULL) == 0);
  providerDestroy(NULL);
  probeFire(NULL);
  CHECK(probeIsEnabled(NULL) == 0);
}

int main(void) {
  RUN(a_new_provider_is_empty_and_unloaded);
  RUN(a_probe_goes_to_the_head_of_the_list);
  RUN(a_memfd_is_open_sealed_and_named);
  RUN(a_descriptor_given_to_another_file_is_left_alone);
  RUN(a_temporary_file_lives_while_loaded);
  RUN(a_forked_child_leaves_the_file_alone);
  RUN(a_file_of_the_callers_choice);
  RUN(a_relative_path_is_of_the_directory_it_was_given_in);
  RUN(an_empty_TMPDIR_means_tmp);
  RUN(a_file_that_is_gone_already_is_no_error);
  RUN(a_slash_in_the_name);
  RUN(no_probes_at_all);
  RUN(five_hundred_probes);
  RUN(a_probe_added_while_loaded_waits_for_the_next_load);
  RUN(a_hundred_cycles_leak_nothing);
  RUN(several_providers_of_one_name);
  RUN(types_are_copied_into_later_images);
  RUN(destroying_unloads);
  RUN(null_is_answered);
  CHECK(rmdir(temporaryDirectory()) == 0);
  return 0;
}
