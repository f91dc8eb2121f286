/*
 * publish.h - puts an image into a file that the dynamic linker and tracers can open.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STAPSDT_PUBLISH_H
#define STAPSDT_PUBLISH_H

#include <stdbool.h>
#include <sys/types.h>

#include "image.h"

/* A published image, or after a failure, what failed, where and why. */
typedef struct {
  int fd;            /* the memfd, -1 for a named file */
  dev_t device;      /* the identity of the file that was written */
  ino_t inode;
  char *path;        /* of the file, or of the file that could not be made; from malloc */
  bool named;        /* path is a named file, which must be removed */
  pid_t owner;       /* the process that published it, and not a child that it forked */
  const char *verb;  /* what failed */
  const char *why;   /* the system's reason */
  int number;        /* its errno(3) value, or 0 */
  const char *advice; /* which function of this library may help, or "" */
} Publication;

#pragma GCC visibility push(hidden)

/* Whether the system knows memfd_create(2) at all. It may still deny each call. */
LIBSTAPSDT_API bool stapsdtHasMemfd(void);

/* Each fills *publication. Call stapsdtWithdraw() in the end, after a failure, too. */
LIBSTAPSDT_API bool stapsdtPublishMemfd(Publication *publication, const char *provider,
                                        const Image *image);
LIBSTAPSDT_API bool stapsdtPublishTemporary(Publication *publication, const char *provider,
                                            const Image *image);
LIBSTAPSDT_API bool stapsdtPublishFile(Publication *publication, const char *path,
                                       const Image *image);

/* Whether this process published the image, or, if not, inherited it by fork(2). */
LIBSTAPSDT_API bool stapsdtIsOwner(const Publication *publication);

/* Whether the path still leads to the file that was written. */
LIBSTAPSDT_API bool stapsdtIsPublished(const Publication *publication);

/*
 * Removes the named file, if there is one. Returns NULL, or the reason why it is still there, whose
 * errno(3) value becomes number.
 */
LIBSTAPSDT_API const char *stapsdtRemoveFile(Publication *publication);

/* What to add to the linker's reason for not opening the image: "", or that its mount is noexec. */
LIBSTAPSDT_API const char *stapsdtMountFault(const Publication *publication);

/* Removes, closes and frees everything. */
LIBSTAPSDT_API void stapsdtWithdraw(Publication *publication);

#pragma GCC visibility pop

#endif
