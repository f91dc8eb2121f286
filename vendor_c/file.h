/*
 * file.h - directories that nobody else can change, and writing that raises no signal.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STAPSDT_FILE_H
#define STAPSDT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "libstapsdt.h"

#pragma GCC visibility push(hidden)

/*
 * Writes all bytes. Returns 0 or an errno(3) value: also EFBIG beyond RLIMIT_FSIZE, where write(2)
 * sends a signal besides, which would end the program.
 */
LIBSTAPSDT_API int stapsdtWriteAll(int fd, const unsigned char *bytes, size_t size);

/*
 * Takes a directory by its absolute path without symbolic links. Returns NULL if only root and this
 * process's effective user can exchange files in it or in the directories above it. Otherwise
 * returns why another user can, and cuts the path to the directory that is at fault.
 *
 * If the program has rights that the user who started it lacks (AT_SECURE of getauxval(3)), that
 * user is another user, also if he is the effective one.
 */
LIBSTAPSDT_API const char *stapsdtDirectoryFault(char *directory);

#pragma GCC visibility pop

#endif
