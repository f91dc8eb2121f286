/*
 * libstapsdt.h - declare USDT probes at run time and fire them.
 *
 * A provider is a named set of probes. providerLoad() writes a small ELF image that holds a stub
 * for each probe and the stapsdt notes that describe them, publishes the image in a memory-backed
 * or a named file, and opens it with the dynamic linker. From then on any tracer that reads stapsdt
 * notes, such as bpftrace, perf and gdb, can attach to the live process.
 *
 * Supported: Linux on x86-64 and aarch64 with glibc. The library builds with musl, too, but there
 * dlclose() unmaps nothing, so each load stays in memory. It depends on libc and libdl only.
 *
 * Threads: a provider and its probes belong to one thread at a time. probeFire() and
 * probeIsEnabled() may run in any number of threads, but not while another thread loads, unloads
 * or destroys their provider.
 *
 * Forks: a child of fork(2) may fire, unload and destroy what it inherited, whatever other threads
 * of the parent did at the time of the fork. It leaves the parent's file alone, and the image stays
 * mapped in the child, because the dynamic linker's lock may be held for ever there. For the same
 * reason a child of a program with threads must not call providerLoad() before it calls exec(3).
 *
 * Signals: none is raised. Beyond RLIMIT_FSIZE a load fails by EFBIG, without SIGXFSZ.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_H
#define LIBSTAPSDT_H

#include <stddef.h>

/*
 * A member of struct SDTProvider is called errno, which <errno.h> makes a macro. This header may be
 * included before or after <errno.h>. A source file that names the member must not include
 * <errno.h>, or must #undef errno before it names the member.
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

/* The size of an argument in bytes, negative if it is signed. */
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

/* The kind of file that holds the image. */
typedef enum {
  /*
   * A named file, unlinked at unload. Removing it earlier does no harm. If root or the program's
   * user truncates it, the program dies by SIGBUS when it fires.
   */
  memfd_disabled = 0,
  memfd_enabled = 1 /* a memory-backed file (memfd_create(2)), sealed: nobody can change it */
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

/* How the functions are linked. A program that includes the C files defines it as static. */
#ifndef LIBSTAPSDT_API
#define LIBSTAPSDT_API
#endif

#pragma GCC visibility push(default)

/* Returns a new provider without probes; NULL if memory runs out, or name is NULL or empty. */
LIBSTAPSDT_API SDTProvider_t *providerInit(const char *name);

/*
 * Chooses between a memfd and a named file for later loads. Returns 1, or 0 if the provider is
 * loaded or the system has no memfd.
 */
LIBSTAPSDT_API int providerUseMemfd(SDTProvider_t *provider, const MemFDOption_t use_memfd);

/*
 * Adds a probe of argCount (0 to MAX_ARGUMENTS) arguments, whose ArgType_t values follow. Returns
 * NULL, with the provider's errno and error set, if the name is missing, empty or taken, an
 * argument is out of range, or memory runs out; error counts arguments from 0. A probe that is
 * added while the provider is loaded stays inert until the provider is unloaded and loaded again.
 */
LIBSTAPSDT_API SDTProbe_t *providerAddProbe(SDTProvider_t *provider, const char *name,
                                            int argCount, ...);

/*
 * Makes, publishes and opens the image, and points every probe at its stub. Returns 0 on success.
 * After a failure it returns non-zero, errno and error are set, and nothing is left behind. If the
 * provider is already loaded, the call fails and the provider stays loaded.
 */
LIBSTAPSDT_API int providerLoad(SDTProvider_t *provider);

/*
 * Undoes providerLoad. It does nothing if the provider is not loaded. Returns 0, or non-zero with
 * errno and error set if something could not be closed or removed; the provider is unloaded then,
 * too.
 */
LIBSTAPSDT_API int providerUnload(SDTProvider_t *provider);

/* Unloads, and frees the provider and all its probes. NULL is ignored. */
LIBSTAPSDT_API void providerDestroy(SDTProvider_t *provider);

/*
 * Fires the probe with argCount 64-bit values. If the provider is not loaded, or probe is NULL,
 * nothing happens.
 */
LIBSTAPSDT_API void probeFire(SDTProbe_t *probe, ...);

/* Returns 1 if a tracer is attached to the probe in this process, else 0, also for NULL. */
LIBSTAPSDT_API int probeIsEnabled(SDTProbe_t *probe);

/*
 * Extensions of this implementation.
 */

/*
 * Chooses the machine code at the probe sites of later loads. It must be a known form: on x86-64
 * the nop of 1 byte (90), of 5 (0f 1f 44 00 00) or of 10 (66 2e 0f 1f 84 00 00 00 00 00); on
 * aarch64 its nop (1f 20 03 d5). The default is the shortest, because on Linux 6.18 a child of a
 * plain fork(2) dies if it hits a traced 5-byte site. Returns 1, or 0 for any other bytes and while
 * loaded.
 */
LIBSTAPSDT_API int providerUseSite(SDTProvider_t *provider, const void *code, size_t size);

/*
 * Sets the path of the named file that later loads write while memfd is disabled. The file must not
 * exist at the time of the load. NULL returns to the default, $TMPDIR/NAME-XXXXXX.so, where /tmp
 * stands for a TMPDIR that is unset or empty, and a '/' in NAME becomes '_'. A relative path is
 * relative to the current directory at this call. Returns 1, or 0 while loaded or if memory runs
 * out.
 *
 * A load fails if another user could exchange the file, wherever the path comes from: its directory
 * and all above must belong to root or to the effective user, and others must not be able to write
 * to them, unless they are sticky, as /tmp is. If the program has rights that the user who started
 * it lacks, as with set-user-ID or file capabilities, that user counts as another, and TMPDIR is
 * not consulted.
 */
LIBSTAPSDT_API int providerUseFile(SDTProvider_t *provider, const char *path);

/*
 * Sets what the images of later loads say about the probes beside the sizes of their arguments:
 * names, types, and a sentence. btf has size bytes in the kernel's BPF Type Format, in the byte
 * order of the machine, such as btf__raw_data() of libbpf returns. The library copies them into the
 * section .BTF as they are. Tracers that know the section expect for each probe a global FUNC of
 * the probe's name, whose parameters are the arguments in order, with a DECL_TAG
 * "provider:NAME", and a second DECL_TAG that is the sentence, if there is one. A size of 0 takes
 * back what was set. Returns 1, or 0 while loaded, if btf is NULL and size is not 0, or if memory
 * runs out.
 */
LIBSTAPSDT_API int providerDescribe(SDTProvider_t *provider, const void *btf, size_t size);

/*
 * Returns the reason for the last failure, NULL before any. The text is that of the member error,
 * without the provider's name and without the advice to call functions of this library. It is for
 * callers that give their own advice. The provider owns the text. *number becomes the error number
 * of the system, see errno(3), that caused the failure, or 0.
 */
LIBSTAPSDT_API const char *providerFailure(const SDTProvider_t *provider, int *number);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#pragma pop_macro("errno")

#endif
