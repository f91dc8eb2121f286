/*
 * faults.c - makes library functions fail on demand.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static int countdown = 0;
static bool reached = false;
static Writes writes = honestWrites;

void failCall(int number) {
  countdown = number;
  reached = false;
}

bool callFailed(void) {
  return reached;
}

void setWrites(Writes behaviour) {
  writes = behaviour;
}

static bool fails(int error) {
  if (countdown == 0 || --countdown > 0) {
    return false;
  }
  reached = true;
  errno = error;
  return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) {
  return fails(ENOMEM) ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size) {
  return fails(ENOMEM) ? NULL : __real_calloc(count, size);
}

char *__real_strdup(const char *string);
char *__wrap_strdup(const char *string);
char *__wrap_strdup(const char *string) {
  return fails(ENOMEM) ? NULL : __real_strdup(string);
}

char *__real_getcwd(char *buffer, size_t size);
char *__wrap_getcwd(char *buffer, size_t size);
char *__wrap_getcwd(char *buffer, size_t size) {
  return fails(ENOENT) ? NULL : __real_getcwd(buffer, size);
}

char *__real_realpath(const char *path, char *resolved);
char *__wrap_realpath(const char *path, char *resolved);
char *__wrap_realpath(const char *path, char *resolved) {
  return fails(ENOMEM) ? NULL : __real_realpath(path, resolved);
}

int __real_vasprintf(char **to, const char *format, va_list values);
int __wrap_vasprintf(char **to, const char *format, va_list values);
int __wrap_vasprintf(char **to, const char *format, va_list values) {
  return fails(ENOMEM) ? -1 : __real_vasprintf(to, format, values);
}

int __wrap_asprintf(char **to, const char *format, ...);
int __wrap_asprintf(char **to, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int length = __wrap_vasprintf(to, format, values);
  va_end(values);
  return length;
}

void *__real_dlopen(const char *path, int flags);
void *__wrap_dlopen(const char *path, int flags);
void *__wrap_dlopen(const char *path, int flags) {
  return fails(0) ? NULL : __real_dlopen(path, flags);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...) {
  va_list values;
  va_start(values, command);
  int argument = va_arg(values, int);
  va_end(values);
  return fails(EINVAL) ? -1 : __real_fcntl(fd, command, argument);
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd) {
  int result = __real_close(fd); /* close(2) frees the descriptor even when it reports an error */
  return fails(EIO) ? -1 : result;
}

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size) {
  static bool interrupted = false;
  if (writes == fullDisk) {
    errno = ENOSPC;
    return -1;
  }
  if (writes == honestWrites) {
    return __real_write(fd, bytes, size);
  }
  interrupted = !interrupted;
  if (interrupted) {
    errno = EINTR;
    return -1;
  }
  return __real_write(fd, bytes, size > 7 ? 7 : size);
}
