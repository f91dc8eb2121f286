//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * publish.c - memory-backed and named files that hold an image.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#define _GNU_SOURCE 1

#include "publish.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Constants of memfd_create(2) and fcntl(2), for headers that are older than the kernel. */
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 0x0001U
#define MFD_ALLOW_SEALING 0x0002U
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_SEAL_SEAL 0x0001
#define F_SEAL_SHRINK 0x0002
#define F_SEAL_GROW 0x0004
#define F_SEAL_WRITE 0x0008
#endif

#define MEMFD_PREFIX "libstapsdt:"
#define RANDOM_SUFFIX "-XXXXXX.so"

enum { maxMemfdName = 249 }; /* the kernel's NAME_MAX less its own "memfd:" */

static const char useFile[] = "; a named file may do: providerUseMemfd(provider, memfd_disabled)";
static const char useMemfd[] =
  "; set TMPDIR, or use a memfd: providerUseMemfd(provider, memfd_enabled)";

static bool failed(Publication *publication, const char *verb, int number, const char *advice) {
  publication->verb = verb;
  publication->why = strerror(number);
  publication->number = number;
  publication->advice = advice;
  return false;
}

static int memfdCreate(const char *name, unsigned flags) {
  return (int)syscall(SYS_memfd_create, name, flags);
}

bool stapsdtHasMemfd(void) {
  /* No kernel accepts this flag: the answer is EINVAL, or ENOSYS, but never a descriptor. */
  const unsigned unknownFlag = 1U << 31;
  int fd = memfdCreate("", unknownFlag);
  if (fd >= 0) {
    close(fd);
    return true;
  }
  return errno != ENOSYS;
}

/* vm.memfd_noexec=2 allows no memfd with execute permission, and an image does not need it. */
static int createMemfd(const char *name) {
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  int fd = memfdCreate(name, flags | MFD_NOEXEC_SEAL);
  if (fd < 0 && errno == EINVAL) { /* before Linux 6.3 */
    fd = memfdCreate(name, flags);
  }
  return fd;
}

/* Records which file fd is, and that it is this process's. */
static bool identify(Publication *publication, int fd) {
  struct stat file;
  if (fstat(fd, &file) != 0) {
    return false;
  }
  publication->device = file.st_dev;
  publication->inode = file.st_ino;
  return true;
}

static bool isFile(const Publication *publication, const struct stat *file) {
  return file->st_dev == publication->device && file->st_ino == publication->inode;
}

bool stapsdtIsOwner(const Publication *publication) {
  return publication->owner == getpid();
}

static bool leadsToFile(const Publication *publication) {
  struct stat file;
  return stat(publication->path, &file) == 0 && isFile(publication, &file);
}

/* A program that closes all descriptors, as daemons do, may have reused the number for a file. */
static bool hasMemfd(const Publication *publication) {
  struct stat file;
  return fstat(publication->fd, &file) == 0 && isFile(publication, &file);
}

/* nameDescriptor() has made sure that the path of a memfd leads to the descriptor. */
bool stapsdtIsPublished(const Publication *publication) {
  return publication->named ? leadsToFile(publication) : hasMemfd(publication);
}

/* Replaces the memfd's name by a path. Returns false if memory runs out. */
static bool setPath(Publication *publication, char *path) {
  if (path == NULL) {
    return false;
  }
  free(publication->path);
  publication->path = path;
  return true;
}

static char *format(const char *template, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *template, ...) {
  char *text;
  va_list values;
  va_start(values, template);
  int length = vasprintf(&text, template, values);
  va_end(values);
  return length < 0 ? NULL : text;
}

/*
 * Replaces the memfd's name by a path to it. Debuggers follow it, so the pid must be a number. The
 * path leads to nothing, or to another file, without /proc, if /proc is that of another pid
 * namespace, or if the main thread has a table of descriptors of its own (unshare(CLONE_FILES)).
 */
static bool nameDescriptor(Publication *publication) {
  const long pid = publication->owner;
  if (!setPath(publication, format("/proc/%ld/fd/%d", pid, publication->fd))) {
    return failed(publication, "name memfd", ENOMEM, "");
  }
  if (leadsToFile(publication)) {
    return true;
  }
  const long thread = syscall(SYS_gettid);
  if (!setPath(publication, format("/proc/%ld/task/%ld/fd/%d", pid, thread, publication->fd))) {
    return failed(publication, "name memfd", ENOMEM, "");
  }
  if (!leadsToFile(publication)) {
    failed(publication, "find memfd", ENOENT, useFile);
    publication->why = "/proc is not that of this process's pid namespace";
    return false;
  }
  return true;
}

bool stapsdtPublishMemfd(Publication *publication, const char *provider, const Image *image) {
  *publication = (Publication){.fd = -1, .owner = getpid()};
  publication->path = format(MEMFD_PREFIX "%s", provider);
  if (publication->path == NULL) {
    return failed(publication, "name memfd", ENOMEM, "");
  }
  if (strlen(publication->path) > maxMemfdName) {
    failed(publication, "create memfd", 0, "");
    publication->why = "its name is longer than 249 bytes";
    return false;
  }
  publication->fd = createMemfd(publication->path);
  if (publication->fd < 0) {
    return failed(publication, "create memfd", errno, useFile);
  }
  if (!identify(publication, publication->fd)) {
    failed(publication, "create memfd", errno, useFile);
    close(publication->fd); /* now, because stapsdtWithdraw() could not tell whose it is */
    publication->fd = -1;
    return false;
  }
  int error = stapsdtWriteAll(publication->fd, image->bytes, image->size);
  if (error != 0) {
    return failed(publication, "write memfd", error, "");
  }
  if (fcntl(publication->fd, F_ADD_SEALS,
            F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
    return failed(publication, "seal memfd", errno, useFile);
  }
  return nameDescriptor(publication);
}

/* Fills the file that was just created, and closes its descriptor. */
static bool fillFile(Publication *publication, int fd, const Image *image) {
  if (fd < 0) {
    return failed(publication, "create file", errno, useMemfd);
  }
  publication->named = true;
  int error = identify(publication, fd) ? 0 : errno;
  if (error == 0) {
    error = stapsdtWriteAll(fd, image->bytes, image->size);
  }
  if (close(fd) < 0 && error == 0 && errno != EINTR) {
    error = errno; /* some file systems notice only now that the disk is full */
  }
  return error == 0 || failed(publication, "write file", error, useMemfd);
}

/*
 * Begins a publication at a path from malloc, of which it frees the path without symbolic links.
 * False if another user could exchange the file there: the dynamic linker opens it by its name.
 */
static bool chooseFile(Publication *publication, char *path) {
  *publication = (Publication){.fd = -1, .path = path, .owner = getpid()};
  if (path == NULL) {
    return failed(publication, "name file", ENOMEM, "");
  }
  char *name = strrchr(path, '/');
  *name = '\0';
  char *directory = realpath(name == path ? "/" : path, NULL);
  *name = '/';
  if (directory == NULL) {
    return failed(publication, "create file", errno, useMemfd);
  }
  const char *separator = strcmp(directory, "/") == 0 ? "" : "/";
  char *canonical = format("%s%s%s", directory, separator, name + 1);
  const char *fault = stapsdtDirectoryFault(directory);
  if (fault != NULL) {
    free(canonical);
    setPath(publication, directory);
    failed(publication, "use directory", 0, useMemfd);
    publication->why = fault;
    return false;
  }
  free(directory);
  return setPath(publication, canonical) || failed(publication, "name file", ENOMEM, "");
}

/* Returns a path for mkostemps(3), from malloc; NULL if memory runs out. */
static char *temporaryPath(const char *provider) {
  const char *directory = secure_getenv("TMPDIR");
  if (directory == NULL || directory[0] == '\0') {
    directory = "/tmp";
  }
  char *path = format("%s/%s" RANDOM_SUFFIX, directory, provider);
  if (path != NULL) {
    char *name = path + strlen(directory) + 1;
    while ((name = strchr(name, '/')) != NULL) {
      *name = '_';
    }
  }
  return path;
}

bool stapsdtPublishTemporary(Publication *publication, const char *provider, const Image *image) {
  if (!chooseFile(publication, temporaryPath(provider))) {
    return false;
  }
  int fd = mkostemps(publication->path, sizeof ".so" - 1, O_CLOEXEC);
  return fillFile(publication, fd, image);
}

bool stapsdtPublishFile(Publication *publication, const char *path, const Image *image) {
  if (!chooseFile(publication, strdup(path))) {
    return false;
  }
  int fd = open(publication->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                S_IRUSR | S_IXUSR);
  return fillFile(publication, fd, image);
}

const char *stapsdtRemoveFile(Publication *publication) {
  if (!publication->named) {
    return NULL;
  }
  publication->named = false;
  if (!stapsdtIsOwner(publication)) {
    return NULL;
  }
  if (unlink(publication->path) == 0 || errno == ENOENT) {
    return NULL;
  }
  publication->number = errno;
  return strerror(publication->number);
}

const char *stapsdtMountFault(const Publication *publication) {
  struct statvfs mount;
  if (publication->named && statvfs(publication->path, &mount) == 0 &&
      (mount.f_flag & ST_NOEXEC) != 0) {
    return "; its file system is mounted noexec: use another directory, or a memfd";
  }
  return "";
}

void stapsdtWithdraw(Publication *publication) {
  stapsdtRemoveFile(publication);
  if (publication->fd >= 0 && hasMemfd(publication)) {
    close(publication->fd);
  }
  free(publication->path);
  *publication = (Publication){.fd = -1};
}

#endif
