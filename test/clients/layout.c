/*
 * layout.c - the binary interface of libstapsdt, in numbers: where each public field is, what each
 * enumerator is worth, and the types of the functions. It does not compile with a header or for a
 * machine that differs. It prints the numbers, so that builds can be compared.
 *
 * SPDX-License-Identifier: MIT
 */
#include <libstapsdt.h>
#include <stddef.h>
#include <stdio.h>

/* T(type, size) */
#define TYPES(T)                                                                                   \
  T(SDTError_t, 4) T(ArgType_t, 4) T(MemFDOption_t, 4)                                             \
  T(SDTProbe_t, 56) T(struct SDTProbe, 56)                                                         \
  T(SDTProbeList_t, 64) T(struct SDTProbeList_, 64)                                                \
  T(SDTProvider_t, 56) T(struct SDTProvider, 56)

/* F(type, field, the field's type, offset, size) */
#define FIELDS(F)                                                                                  \
  F(SDTProbe_t, name, char *, 0, 8)                                                                \
  F(SDTProbe_t, argFmt[0], ArgType_t, 8, 4)                                                        \
  F(SDTProbe_t, argFmt[MAX_ARGUMENTS - 1], ArgType_t, 28, 4)                                       \
  F(SDTProbe_t, _fire, void *, 32, 8)                                                              \
  F(SDTProbe_t, provider, struct SDTProvider *, 40, 8)                                             \
  F(SDTProbe_t, argCount, int, 48, 4)                                                              \
  F(SDTProbeList_t, probe, SDTProbe_t, 0, 56)                                                      \
  F(SDTProbeList_t, next, struct SDTProbeList_ *, 56, 8)                                           \
  F(SDTProvider_t, name, char *, 0, 8)                                                             \
  F(SDTProvider_t, probes, SDTProbeList_t *, 8, 8)                                                 \
  F(SDTProvider_t, errno, SDTError_t, 16, 4)                                                       \
  F(SDTProvider_t, error, char *, 24, 8)                                                           \
  F(SDTProvider_t, _handle, void *, 32, 8)                                                         \
  F(SDTProvider_t, _filename, char *, 40, 8)                                                       \
  F(SDTProvider_t, _memfd, int, 48, 4)                                                             \
  F(SDTProvider_t, _use_memfd, MemFDOption_t, 52, 4)

/* E(constant, value) */
#define VALUES(E)                                                                                  \
  E(MAX_ARGUMENTS, 6)                                                                              \
  E(noError, -1) E(elfCreationError, 0) E(tmpCreationError, 1) E(sharedLibraryOpenError, 2)        \
  E(symbolLoadingError, 3) E(sharedLibraryCloseError, 4)                                           \
  E(noarg, 0) E(uint8, 1) E(int8, -1) E(uint16, 2) E(int16, -2)                                    \
  E(uint32, 4) E(int32, -4) E(uint64, 8) E(int64, -8)                                              \
  E(memfd_disabled, 0) E(memfd_enabled, 1)

/* P(function, pointer to its type) */
#define FUNCTIONS(P)                                                                               \
  P(providerInit, SDTProvider_t *(*)(const char *))                                                \
  P(providerUseMemfd, int (*)(SDTProvider_t *, MemFDOption_t))                                     \
  P(providerAddProbe, SDTProbe_t *(*)(SDTProvider_t *, const char *, int, ...))                    \
  P(providerLoad, int (*)(SDTProvider_t *))                                                        \
  P(providerUnload, int (*)(SDTProvider_t *))                                                      \
  P(providerDestroy, void (*)(SDTProvider_t *))                                                    \
  P(probeFire, void (*)(SDTProbe_t *, ...))                                                        \
  P(probeIsEnabled, int (*)(SDTProbe_t *))

#define ASSERT_TYPE(type, size) _Static_assert(sizeof(type) == size, #type);
#define ASSERT_FIELD(type, field, is, offset, size)                                                \
  _Static_assert(offsetof(type, field) == offset, #type "." #field " is elsewhere");               \
  _Static_assert(sizeof((type *)0)->field == size, #type "." #field " has another size");          \
  _Static_assert(_Generic(&((type *)0)->field, is *: 1, default: 0),                               \
                 #type "." #field " has another type");
#define ASSERT_VALUE(constant, value) _Static_assert(constant == value, #constant);
#define ASSERT_FUNCTION(function, pointer)                                                         \
  _Static_assert(_Generic(&function, pointer: 1, default: 0), #function " has another type");
TYPES(ASSERT_TYPE)
FIELDS(ASSERT_FIELD)
VALUES(ASSERT_VALUE)
FUNCTIONS(ASSERT_FUNCTION)

#define PRINT_TYPE(type, size) printf("%s: %zu bytes\n", #type, sizeof(type));
#define PRINT_FIELD(type, field, is, offset, size)                                                 \
  printf("%s.%s: %zu bytes at %zu\n", #type, #field, sizeof((type *)0)->field,                     \
         offsetof(type, field));
#define PRINT_VALUE(constant, value) printf("%s = %d\n", #constant, (int)constant);

int main(void) {
  TYPES(PRINT_TYPE)
  FIELDS(PRINT_FIELD)
  VALUES(PRINT_VALUE)
  return 0;
}
