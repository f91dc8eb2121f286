//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * provider.c - declares providers and their probes.
 *
 * This file must not include <errno.h>, which makes a macro of a member of SDTProvider_t.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#define _GNU_SOURCE 1

#include "provider.h"
#include "layout.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sets public.error to the provider's name, the reason and the advice. */
static void setMessage(Provider *provider, const char *advice) {
  const char *name = provider->public.name;
  const char *reason = provider->reason;
  char *message = NULL;
  if (reason == NULL || asprintf(&message, "provider %s: %s%s", name, reason, advice) < 0) {
    message = NULL;
  }
  free(provider->message);
  provider->message = message;
  provider->public.error = message != NULL ? message : provider->noMemory;
}

void stapsdtFail(Provider *provider, SDTError_t kind, const char *format, ...) {
  char *reason = NULL;
  va_list values;
  va_start(values, format);
  if (vasprintf(&reason, format, values) < 0) {
    reason = NULL;
  }
  va_end(values);
  free(provider->reason);
  provider->reason = reason;
  provider->number = 0;
  provider->public.errno = kind;
  setMessage(provider, "");
}

void stapsdtAdvise(Provider *provider, int number, const char *advice) {
  provider->number = number;
  setMessage(provider, advice);
}

const char *providerFailure(const SDTProvider_t *provider, int *number) {
  *number = 0;
  if (provider == NULL || provider->errno == noError) {
    return NULL;
  }
  const Provider *private = (const Provider *)provider;
  *number = private->number;
  return private->reason != NULL ? private->reason : private->noMemory;
}

SDTProvider_t *providerInit(const char *name) {
  if (name == NULL || name[0] == '\0') {
    return NULL;
  }
  Provider *provider = calloc(1, sizeof *provider);
  char *copy = strdup(name);
  if (provider == NULL || copy == NULL) {
    free(provider);
    free(copy);
    return NULL;
  }
  provider->public.name = copy;
  provider->public.errno = noError;
  provider->public._memfd = -1;
  provider->public._use_memfd = stapsdtHasMemfd() ? memfd_enabled : memfd_disabled;
  provider->machine = stapsdtMachine(STAPSDT_HOST_MACHINE);
  provider->site = provider->machine != NULL ? &provider->machine->sites[0] : NULL;
  provider->publication.fd = -1;
  memcpy(provider->noMemory, "out of memory", sizeof provider->noMemory);
  return &provider->public;
}

int providerUseMemfd(SDTProvider_t *provider, const MemFDOption_t use_memfd) {
  if (provider == NULL || privateOf(provider)->handle != NULL ||
      (provider->_use_memfd == memfd_disabled && !stapsdtHasMemfd())) {
    return 0;
  }
  provider->_use_memfd = use_memfd == memfd_disabled ? memfd_disabled : memfd_enabled;
  return 1;
}

int providerUseSite(SDTProvider_t *provider, const void *code, size_t size) {
  if (provider == NULL || privateOf(provider)->handle != NULL) {
    return 0;
  }
  const Site *site = stapsdtSite(privateOf(provider)->machine, code, size);
  if (site == NULL) {
    return 0;
  }
  privateOf(provider)->site = site;
  return 1;
}

int providerDescribe(SDTProvider_t *provider, const void *btf, size_t size) {
  if (provider == NULL || privateOf(provider)->handle != NULL || (btf == NULL && size > 0)) {
    return 0;
  }
  unsigned char *copy = size > 0 ? malloc(size) : NULL;
  if (copy != NULL) {
    memcpy(copy, btf, size);
  } else if (size > 0) {
    return 0;
  }
  free(privateOf(provider)->btf);
  privateOf(provider)->btf = copy;
  privateOf(provider)->btfSize = size;
  return 1;
}

/*
 * Returns a path that stays right when the process changes its directory, and that has a slash:
 * otherwise the dynamic linker would search its own directories. NULL if memory runs out.
 */
static char *absolutePath(const char *path) {
  if (path[0] == '/') {
    return strdup(path);
  }
  char *directory = getcwd(NULL, 0);
  char *absolute = NULL;
  if (directory != NULL && asprintf(&absolute, "%s/%s", directory, path) < 0) {
    absolute = NULL;
  }
  free(directory);
  return absolute;
}

int providerUseFile(SDTProvider_t *provider, const char *path) {
  if (provider == NULL || privateOf(provider)->handle != NULL) {
    return 0;
  }
  char *file = path != NULL ? absolutePath(path) : NULL;
  if (path != NULL && file == NULL) {
    return 0;
  }
  free(privateOf(provider)->file);
  privateOf(provider)->file = file;
  return 1;
}

/* Whether the provider may get such a probe; if not, the reason is recorded. */
static bool checkProbe(Provider *provider, const char *name, int argCount) {
  if (name == NULL || name[0] == '\0') {
    stapsdtFail(provider, elfCreationError, "add probe: it has no name");
    return false;
  }
  if (stapsdtHasName(&provider->names, name)) {
    stapsdtFail(provider, elfCreationError, "add probe %s: there is one of that name", name);
    return false;
  }
  if (argCount < 0 || argCount > MAX_ARGUMENTS) {
    stapsdtFail(provider, elfCreationError, "add probe %s: %d arguments, not 0 to %d", name,
                argCount, MAX_ARGUMENTS);
    return false;
  }
  return true;
}

/* Reads the argCount variadic values; an unknown one is recorded as a failure. */
static bool readArgTypes(Provider *provider, const char *name, int argCount, ArgType_t *types,
                         va_list values) {
  for (int i = 0; i < argCount; i++) {
    int type = va_arg(values, int);
    if (!stapsdtIsArgType(type)) {
      stapsdtFail(provider, elfCreationError, "add probe %s: argument %d has unknown type %d", name,
                  i, type);
      return false;
    }
    types[i] = (ArgType_t)type;
  }
  return true;
}

SDTProbe_t *providerAddProbe(SDTProvider_t *provider, const char *name, int argCount, ...) {
  if (provider == NULL || !checkProbe(privateOf(provider), name, argCount)) {
    return NULL;
  }
  SDTProbe_t probe = {.provider = provider, .argCount = argCount};
  va_list values;
  va_start(values, argCount);
  bool known = readArgTypes(privateOf(provider), name, argCount, probe.argFmt, values);
  va_end(values);
  if (!known) {
    return NULL;
  }
  SDTProbeList_t *node = malloc(sizeof *node);
  probe.name = strdup(name);
  if (node == NULL || probe.name == NULL ||
      !stapsdtAddName(&privateOf(provider)->names, probe.name)) {
    free(node);
    free(probe.name);
    stapsdtFail(privateOf(provider), elfCreationError, "add probe %s: out of memory", name);
    return NULL;
  }
  *node = (SDTProbeList_t){probe, provider->probes};
  provider->probes = node;
  return &node->probe;
}

void providerDestroy(SDTProvider_t *provider) {
  if (provider == NULL) {
    return;
  }
  providerUnload(provider);
  while (provider->probes != NULL) {
    SDTProbeList_t *node = provider->probes;
    provider->probes = node->next;
    free(node->probe.name);
    free(node);
  }
  free(provider->name);
  free(privateOf(provider)->names.table);
  free(privateOf(provider)->file);
  free(privateOf(provider)->btf);
  free(privateOf(provider)->message);
  free(privateOf(provider)->reason);
  free(provider);
}

#endif
