/*
 * libstapsdt.h - declare USDT probes at run time and fire them.
 *
 * A provider is a named set of probes. providerLoad() writes a small ELF image that holds one
 * stub per probe and the stapsdt notes that describe them, publishes it in a memory-backed or a
 * named file, and opens it with the dynamic linker: from then on any tracer that reads stapsdt
 * notes (bpftrace, perf, gdb and others) can attach to the live process.
 *
 * Supported: Linux on x86-64 and aarch64 with glibc. It builds with musl too, whose dlclose() unmaps
 * nothing, so that each load stays in memory. Depends on libc and libdl only.
 *
 * Threads: a provider and its probes belong to one thread at a time. probeFire() and
 * probeIsEnabled() may run in any number of threads, but not while another thread loads, unloads
 * or destroys their provider.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_H
#define LIBSTAPSDT_H

#include <stddef.h>

/*
 * A member of struct SDTProvider is called errno, which <errno.h> makes a macro. This header may
 * come before or after it; a source file that names the member must do so without <errno.h>, or
 * behind an #undef errno.
 */
#pragma push_macro("errno")
#undef errno

#ifdef __cplusplus
extern "C" {
#endif

#define MAX_ARGUMENTS 6

typedef enum {
  noError = -1,
  elfCreationError = 0,
  tmpCreationError = 1,
  sharedLibraryOpenError = 2,
  symbolLoadingError = 3,
  sharedLibraryCloseError = 4
} SDTError_t;

/* The size of an argument in bytes, negative when it is signed. */
typedef enum {
  noarg = 0,
  uint8 = 1,
  int8 = -1,
  uint16 = 2,
  int16 = -2,
  uint32 = 4,
  int32 = -4,
  uint64 = 8,
  int64 = -8
} ArgType_t;

/* Where the image lives. */
typedef enum {
  memfd_disabled = 0, /* a named file, unlinked at unload */
  memfd_enabled = 1   /* a memory-backed file (memfd_create(2)) */
} MemFDOption_t;

struct SDTProvider;

typedef struct SDTProbe {
  char *name;
  ArgType_t argFmt[MAX_ARGUMENTS];
  void *_fire; /* the probe's stub; NULL while not loaded */
  struct SDTProvider *provider;
  int argCount;
} SDTProbe_t;

typedef struct SDTProbeList_ {
  SDTProbe_t probe;
  struct SDTProbeList_ *next;
} SDTProbeList_t;

typedef struct SDTProvider {
  char *name;
  SDTProbeList_t *probes;
  SDTError_t errno; /* the last failure's kind, noError before any */
  char *error;      /* the last failure in words, owned by the provider; NULL before any */

  void *_handle;
  char *_filename; /* what a tracer opens: /proc/PID/fd/N, or the file; NULL while not loaded */
  int _memfd;      /* the memfd's descriptor while loaded from one, else -1 */
  MemFDOption_t _use_memfd;
} SDTProvider_t;

#pragma GCC visibility push(default)

/* A new provider without probes, not loaded; NULL when memory runs out or name is NULL or empty. */
SDTProvider_t *providerInit(const char *name);

/* Chooses the backing of later loads. Returns 1, or 0 while loaded or where memfd is missing. */
int providerUseMemfd(SDTProvider_t *provider, const MemFDOption_t use_memfd);

/*
 * Adds a probe of argCount (0 to MAX_ARGUMENTS) arguments, whose ArgType_t values follow. Returns
 * NULL, with the provider's errno and error set, when the name is missing, empty or taken, an
 * argument is out of range, or memory runs out. A probe added while the provider is loaded stays
 * inert until the provider is unloaded and loaded again.
 */
SDTProbe_t *providerAddProbe(SDTProvider_t *provider, const char *name, int argCount, ...);

/*
 * Makes, publishes and opens the image and points every probe at its stub. Returns 0, or non-zero
 * with errno and error set and nothing left behind; a loaded provider is refused and stays loaded.
 */
int providerLoad(SDTProvider_t *provider);

/*
 * Undoes providerLoad; a no-op on an unloaded provider. Returns 0, or non-zero with errno and error
 * set: something could not be closed or removed, but the provider is unloaded all the same.
 */
int providerUnload(SDTProvider_t *provider);

/* Unloads, and frees the provider and all its probes. NULL is ignored. */
void providerDestroy(SDTProvider_t *provider);

/* Fires with argCount 64-bit values; does nothing while the provider is not loaded, or for NULL. */
void probeFire(SDTProbe_t *probe, ...);

/* 1 when loaded and a tracer is attached to this process's stub, else 0; 0 for NULL. */
int probeIsEnabled(SDTProbe_t *probe);

/*
 * Extensions of this implementation.
 */

/*
 * Chooses the machine code at the probe sites of later loads. Known forms only: on x86-64 the nop
 * of 1 byte (90), of 5 (0f 1f 44 00 00) and of 10 (66 2e 0f 1f 84 00 00 00 00 00); on aarch64 its
 * nop (1f 20 03 d5). The default is the shortest: a child of a plain fork(2) that hits a traced
 * 5-byte site dies on Linux 6.18. Returns 1, or 0 for any other bytes and while loaded.
 */
int providerUseSite(SDTProvider_t *provider, const void *code, size_t size);

/*
 * Names the file of later loads where memfd is disabled; it must not exist then. NULL returns to
 * the default, $TMPDIR/NAME-XXXXXX.so (TMPDIR unset or empty: /tmp; a '/' in NAME becomes '_'). A
 * relative path is taken from the directory of this call. Returns 1, or 0 while loaded or when
 * memory runs out.
 */
int providerUseFile(SDTProvider_t *provider, const char *path);

/*
 * Returns the words of the member error without the provider's name and without the advice, which
 * is to call other functions of this library; NULL before any failure. The provider owns them. Sets
 * *number to the system's error number (errno(3)) behind the failure, or to 0. It is for callers
 * that give advice of their own.
 */
const char *providerFailure(const SDTProvider_t *provider, int *number);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#pragma pop_macro("errno")

#endif
