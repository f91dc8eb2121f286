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

/* Whether our files would belong to a user who lacks rights that the program has. */
static bool isStarter(void) {
  return geteuid() != 0 && geteuid() == getuid() && getauxval(AT_SECURE) != 0;
}

static const char *oneDirectoryFault(const char *path) {
  struct stat status;
  if (lstat(path, &status) < 0) {
    return strerror(errno);
  }
  if (!S_ISDIR(status.st_mode)) {
    return "it is not a directory";
  }
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    return "its owner could exchange the file";
  }
  /* In a sticky directory such as /tmp, others cannot rename or remove what is not theirs. */
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0) {
    return "users who may write to it could exchange the file";
  }
  return NULL;
}

/* From the root downwards: nobody changes what is in a directory that was found to be safe. */
const char *stapsdtDirectoryFault(char *directory) {
  if (isStarter()) {
    return "the user who started the program could change the file";
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
