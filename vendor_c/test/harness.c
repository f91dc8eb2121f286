/*
 * harness.c - what the C tests share.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include "harness.h"

#include <dirent.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void failAt(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: FAILED: %s\n", file, line, what);
  fflush(NULL);
  _exit(1);
}

void checkError(const char *file, int line, const SDTProvider_t *provider, SDTError_t kind,
                const char *const *words) {
  if (provider->errno != kind || provider->error == NULL) {
    fprintf(stderr, "errno %d, error %s\n", (int)provider->errno,
            provider->error != NULL ? provider->error : "NULL");
    failAt(file, line, "another kind of error was expected");
  }
  bool complete = strstr(provider->error, provider->name) != NULL;
  for (; *words != NULL; words++) {
    complete = complete && strstr(provider->error, *words) != NULL;
  }
  if (!complete) {
    fprintf(stderr, "error: %s\n", provider->error);
    failAt(file, line, "the text lacks the provider or an expected word");
  }
}

const char *temporaryDirectory(void) {
  static char path[] = "/tmp/libstapsdt-test-XXXXXX";
  static bool made = false;
  if (!made) {
    CHECK(mkdtemp(path) != NULL);
    CHECK(setenv("TMPDIR", path, 1) == 0);
    made = true;
  }
  return path;
}

static int entries(const char *path) {
  int count = 0;
  DIR *directory = opendir(path);
  CHECK(directory != NULL);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    count += entry->d_name[0] != '.';
  }
  closedir(directory);
  return count;
}

static int imageMappings(void) {
  int count = 0;
  char *line = NULL;
  size_t size = 0;
  FILE *maps = fopen("/proc/self/maps", "re");
  CHECK(maps != NULL);
  while (getline(&line, &size, maps) > 0) {
    count +=
      strstr(line, "memfd:libstapsdt:") != NULL || strstr(line, temporaryDirectory()) != NULL;
  }
  free(line);
  fclose(maps);
  return count;
}

Resources resources(void) {
  return (Resources){entries("/proc/self/fd"), imageMappings(), entries(temporaryDirectory())};
}

bool sameResources(Resources a, Resources b) {
  return a.descriptors == b.descriptors && a.mappings == b.mappings && a.files == b.files;
}

void runTest(const char *name, void (*test)(void)) {
  printf("%s\n", name);
  fflush(stdout);
  Resources before = resources();
  test();
  Resources after = resources();
  if (!sameResources(before, after)) {
    fprintf(stderr, "descriptors %d -> %d, mappings %d -> %d, files %d -> %d\n",
            before.descriptors, after.descriptors, before.mappings, after.mappings, before.files,
            after.files);
    failAt(name, 0, "the test left something behind");
  }
}

void inChild(void (*body)(void)) {
  fflush(NULL);
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    body();
    fflush(NULL);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

bool underValgrind(void) {
  return getenv("LIBSTAPSDT_UNDER_VALGRIND") != NULL;
}

SDTProvider_t *twoProbes(const char *name, MemFDOption_t backing) {
  SDTProvider_t *provider = providerInit(name);
  CHECK(provider != NULL);
  CHECK(providerUseMemfd(provider, backing) == 1);
  CHECK(providerAddProbe(provider, "plain", 0) != NULL);
  CHECK(providerAddProbe(provider, "full", 6, int8, uint8, int16, uint32, int64, uint64) != NULL);
  return provider;
}
