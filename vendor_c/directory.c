//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * directory.c - tells whether another user can exchange the files in a directory.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#define _GNU_SOURCE 1

#include "file.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the user may change what the program runs. */
static bool isTrusted(uid_t user) {
  if (user == 0) {
    return true;
  }
  const bool startedByAnother = getauxval(AT_SECURE) != 0;
  return user == geteuid() && !(startedByAnother && user == getuid());
}

static const char *oneDirectoryFault(const char *path) {
  struct stat status;
  if (lstat(path, &status) < 0) {
    return strerror(errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    return "it is not a directory";
  }
  if (!isTrusted(status.st_uid)) {
    return "its owner could exchange the file";
  }
  /* In a sticky directory, such as /tmp, others cannot rename or remove what is not theirs. */
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0) {
    return "users who may write to it could exchange the file";
  }
  return NULL;
}

/* From the root downwards: nobody changes what is in a directory that was found to be safe. */
const char *stapsdtDirectoryFault(char *directory) {
  if (!isTrusted(geteuid())) {
    return "the user who started the program could change a file of the program there";
  }
  for (size_t end = 1;; end++) {
    const char next = directory[end];
    if (end > 1 && next != '/' && next != '\0') {
      continue;
    }
    directory[end] = '\0';
    const char *fault = oneDirectoryFault(directory);
    if (fault != NULL || next == '\0') {
      return fault;
    }
    directory[end] = next;
  }
}

#endif
