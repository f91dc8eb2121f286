/*
 * unit.h - the whole library in one translation unit, for Go programs with cgo.
 *
 * All functions are static there. So a Go program may have this package twice, in two versions or
 * under two module paths, and may be linked with an installed libstapsdt besides.
 *
 * The go command also compiles each C file by itself, because it is in the directory of a package
 * with cgo. LIBSTAPSDT_IN_GO, which the package defines, makes these compilations empty. That is
 * better than a build constraint, which would keep the go command from looking for changes there.
 *
 * SPDX-License-Identifier: MIT
 */
#undef LIBSTAPSDT_IN_GO
#define LIBSTAPSDT_UNIT
#define LIBSTAPSDT_API static

/* Those that name the provider's member errno come before those that include <errno.h>. */
#pragma push_macro("errno")
#undef errno
#include "machine.c"
#include "layout.c"
#include "image.c"
#include "names.c"
#include "provider.c"
#include "load.c"
#include "fire.c"
#pragma pop_macro("errno")
#include "directory.c"
#include "write.c"
#include "publish.c"
