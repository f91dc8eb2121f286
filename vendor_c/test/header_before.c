/*
 * header_before.c - names, values and layout of the public header, before <errno.h>.
 * Compiled only, as C11 and as C++17. The numbers are those with which clients were compiled.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../libstapsdt.h"

#ifdef errno
#error "the header has defined errno"
#endif

#ifdef __cplusplus
#define IS(expression, value) static_assert((expression) == (value), #expression)
#else
#define IS(expression, value) _Static_assert((expression) == (value), #expression)
#endif

IS(MAX_ARGUMENTS, 6);

IS(noError, -1);
IS(elfCreationError, 0);
IS(tmpCreationError, 1);
IS(sharedLibraryOpenError, 2);
IS(symbolLoadingError, 3);
IS(sharedLibraryCloseError, 4);

IS(noarg, 0);
IS(uint8, 1);
IS(int8, -1);
IS(uint16, 2);
IS(int16, -2);
IS(uint32, 4);
IS(int32, -4);
IS(uint64, 8);
IS(int64, -8);

IS(memfd_disabled, 0);
IS(memfd_enabled, 1);

IS(sizeof(SDTError_t), 4);
IS(sizeof(ArgType_t), 4);
IS(sizeof(MemFDOption_t), 4);

IS(offsetof(struct SDTProbe, name), 0);
IS(offsetof(struct SDTProbe, argFmt), 8);
IS(offsetof(struct SDTProbe, _fire), 32);
IS(offsetof(struct SDTProbe, provider), 40);
IS(offsetof(struct SDTProbe, argCount), 48);
IS(sizeof(SDTProbe_t), 56);

IS(offsetof(struct SDTProbeList_, probe), 0);
IS(offsetof(struct SDTProbeList_, next), 56);
IS(sizeof(SDTProbeList_t), 64);

IS(offsetof(struct SDTProvider, name), 0);
IS(offsetof(struct SDTProvider, probes), 8);
IS(offsetof(struct SDTProvider, errno), 16);
IS(offsetof(struct SDTProvider, error), 24);
IS(offsetof(struct SDTProvider, _handle), 32);
IS(offsetof(struct SDTProvider, _filename), 40);
IS(offsetof(struct SDTProvider, _memfd), 48);
IS(offsetof(struct SDTProvider, _use_memfd), 52);
IS(sizeof(SDTProvider_t), 56);

typedef struct {
  SDTProvider_t *(*init)(const char *);
  int (*useMemfd)(SDTProvider_t *, const MemFDOption_t);
  SDTProbe_t *(*addProbe)(SDTProvider_t *, const char *, int, ...);
  int (*load)(SDTProvider_t *);
  int (*unload)(SDTProvider_t *);
  void (*destroy)(SDTProvider_t *);
  void (*fire)(SDTProbe_t *, ...);
  int (*isEnabled)(SDTProbe_t *);
} Interface;

/* The compiler compares every prototype with the expected one. */
extern const Interface interface;
const Interface interface = {providerInit,   providerUseMemfd, providerAddProbe, providerLoad,
                             providerUnload, providerDestroy,  probeFire,        probeIsEnabled};

int lastError(const SDTProvider_t *provider);
int lastError(const SDTProvider_t *provider) {
  return (int)provider->errno;
}

#include <errno.h>
