/*
 * header_after.c - the public header after <errno.h>. Compiled only, as C11 and as C++17.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>

#include "../libstapsdt.h"
#include "../libstapsdt.h"

#ifndef errno
#error "the header has taken the macro errno away"
#endif

int lastSystemError(void);
int lastSystemError(void) {
  return errno;
}
