/*
 * test_directory.c - named files where another user could exchange them are refused.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum { another = 12345 /* a user that is neither root nor this one */ };

/* Returns a path in the temporary directory, good until the next call. */
static const char *inTemporary(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", temporaryDirectory(), name);
  return path;
}

static void makeDirectory(const char *name, mode_t mode) {
  const char *path = inTemporary(name);
  CHECK(mkdir(path, 0700) == 0);
  CHECK(chmod(path, mode) == 0); /* whatever the umask */
}

/* Loads from a file in a directory, which TMPDIR and then the program chooses. */
static void load(const char *directory, const char *fault) {
  char path[128];
  snprintf(path, sizeof path, "%s", inTemporary(directory));
  CHECK(setenv("TMPDIR", path, 1) == 0);
  strcat(path, "/chosen.so");
  for (int chosen = 0; chosen < 2; chosen++) {
    SDTProvider_t *provider = twoProbes("placed", memfd_disabled);
    CHECK(providerUseFile(provider, chosen ? path : NULL) == 1);
    if (fault == NULL) {
      CHECK(providerLoad(provider) == 0);
    } else {
      CHECK(providerLoad(provider) != 0);
      CHECK_ERROR(provider, tmpCreationError, "use directory", fault, "memfd_enabled");
    }
    providerDestroy(provider);
  }
  CHECK(setenv("TMPDIR", temporaryDirectory(), 1) == 0);
}

static void others_may_write_to_it_or_above_it(void) {
  makeDirectory("open", 0777);
  makeDirectory("open/own", 0700);
  load("open", "/open: users who may write to it");
  load("open/own", "/open: users who may write to it");
  CHECK(chmod(inTemporary("open"), 0770) == 0);
  load("open/own", "/open: users who may write to it");
  CHECK(chmod(inTemporary("open"), 01777) == 0);
  load("open/own", NULL);
  load("open", NULL);
  CHECK(rmdir(inTemporary("open/own")) == 0);
  CHECK(rmdir(inTemporary("open")) == 0);
}

static void another_owns_it_or_what_is_above_it(void) {
  if (getuid() != 0) {
    SKIP("giving a directory away needs root");
  }
  makeDirectory("foreign", 0755);
  makeDirectory("foreign/own", 0700);
  CHECK(chown(inTemporary("foreign"), another, (gid_t)-1) == 0);
  load("foreign", "/foreign: its owner could");
  load("foreign/own", "/foreign: its owner could");
  CHECK(rmdir(inTemporary("foreign/own")) == 0);
  CHECK(rmdir(inTemporary("foreign")) == 0);
}

/* The path that is used has no links, so a change of the link does not matter. */
static void a_link_to_it(void) {
  makeDirectory("target", 0700);
  CHECK(symlink("target", inTemporary("link")) == 0);
  CHECK(setenv("TMPDIR", inTemporary("link"), 1) == 0);
  SDTProvider_t *provider = twoProbes("linked", memfd_disabled);
  CHECK(providerLoad(provider) == 0);
  CHECK(strstr(provider->_filename, "/target/linked-") != NULL);
  providerDestroy(provider);
  CHECK(setenv("TMPDIR", temporaryDirectory(), 1) == 0);
  CHECK(unlink(inTemporary("link")) == 0);
  CHECK(rmdir(inTemporary("target")) == 0);
}

static void it_is_no_directory(void) {
  CHECK(symlink("/dev/null", inTemporary("null")) == 0);
  CHECK(setenv("TMPDIR", inTemporary("null"), 1) == 0);
  SDTProvider_t *provider = twoProbes("nowhere", memfd_disabled);
  CHECK(providerLoad(provider) != 0);
  CHECK_ERROR(provider, tmpCreationError, "/dev/null: it is not a directory");
  providerDestroy(provider);
  CHECK(setenv("TMPDIR", temporaryDirectory(), 1) == 0);
  CHECK(unlink(inTemporary("null")) == 0);
}

static void the_root_directory(void) {
  SDTProvider_t *provider = twoProbes("rooted", memfd_disabled);
  CHECK(providerUseFile(provider, "/libstapsdt-test-rooted.so") == 1);
  if (access("/", W_OK) != 0) {
    providerDestroy(provider);
    SKIP("the root directory is not writable");
  }
  CHECK(providerLoad(provider) == 0);
  CHECK(strcmp(provider->_filename, "/libstapsdt-test-rooted.so") == 0);
  providerDestroy(provider);
}

int main(void) {
  RUN(others_may_write_to_it_or_above_it);
  RUN(another_owns_it_or_what_is_above_it);
  RUN(a_link_to_it);
  RUN(it_is_no_directory);
  RUN(the_root_directory);
  CHECK(rmdir(temporaryDirectory()) == 0);
  return 0;
}
