//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * write.c - writes a file without a signal.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#define _GNU_SOURCE 1

#include "file.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static int writeBlocked(int fd, const unsigned char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t n = write(fd, bytes + done, size - done);
    if (n > 0) {
      done += (size_t)n;
    } else if (n == 0) {
      return EIO;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

/*
 * The kernel sends SIGXFSZ to the thread that writes, and sigprocmask(2) is of one thread on Linux,
 * so the rest of the program notices nothing.
 */
int stapsdtWriteAll(int fd, const unsigned char *bytes, size_t size) {
  sigset_t signal, before, pending;
  sigemptyset(&signal);
  sigaddset(&signal, SIGXFSZ);
  sigpending(&pending);
  sigprocmask(SIG_BLOCK, &signal, &before);
  int error = writeBlocked(fd, bytes, size);
  if (error == EFBIG && sigismember(&pending, SIGXFSZ) == 0) {
    const struct timespec now = {0, 0};
    while (sigtimedwait(&signal, NULL, &now) < 0 && errno == EINTR) {
    }
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  return error;
}

#endif
