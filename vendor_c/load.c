//go:build linux && (amd64 || arm64) && !system_libstapsdt

/*
 * load.c - loads and unloads providers.
 *
 * This file must not include <errno.h>, which makes a macro of a member of SDTProvider_t.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIBSTAPSDT_IN_GO
#define _GNU_SOURCE 1

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "layout.h"
#include "provider.h"

/*
 * Whether the dynamic linker relocates .dynamic in place even if PT_DYNAMIC says that it is
 * read-only: glibc before 2.35 does (its bug 28340), musl never does. Tests override it.
 */
#ifndef STAPSDT_LINKER_WRITES
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#define STAPSDT_LINKER_WRITES (strverscmp(gnu_get_libc_version(), "2.35") < 0)
#else
#define STAPSDT_LINKER_WRITES false
#endif
#endif

/* Returns a pointer for each probe, the oldest first: the list has the newest at its head. */
static const SDTProbe_t **declaredOrder(const SDTProvider_t *provider, size_t *count) {
  size_t n = 0;
  for (const SDTProbeList_t *node = provider->probes; node != NULL; node = node->next) {
    n++;
  }
  const SDTProbe_t **probes = calloc(n + 1, sizeof *probes);
  if (probes == NULL) {
    return NULL;
  }
  *count = n;
  for (const SDTProbeList_t *node = provider->probes; node != NULL; node = node->next) {
    probes[--n] = &node->probe;
  }
  return probes;
}

static bool makeImage(Provider *provider, Image *image) {
  ImageSpec spec = {
    .machine = provider->machine,
    .site = provider->site,
    .provider = provider->public.name,
    .btf = provider->btf,
    .btfSize = provider->btfSize,
    .writableDynamic = STAPSDT_LINKER_WRITES,
  };
  const SDTProbe_t **probes = declaredOrder(&provider->public, &spec.probeCount);
  spec.probes = probes;
  const char *reason = probes != NULL ? stapsdtMakeImage(&spec, image) : "out of memory";
  if (reason != NULL) {
    stapsdtFail(provider, elfCreationError, "make image: %s", reason);
  }
  free(probes);
  return reason == NULL;
}

static bool publish(Provider *provider, const Image *image) {
  Publication *publication = &provider->publication;
  bool done;
  if (provider->public._use_memfd == memfd_enabled) {
    done = stapsdtPublishMemfd(publication, provider->public.name, image);
  } else if (provider->file != NULL) {
    done = stapsdtPublishFile(publication, provider->file, image);
  } else {
    done = stapsdtPublishTemporary(publication, provider->public.name, image);
  }
  if (!done) {
    stapsdtFail(provider, tmpCreationError, "%s %s: %s", publication->verb,
                publication->path != NULL ? publication->path : "", publication->why);
    stapsdtAdvise(provider, publication->number, publication->advice);
  }
  return done;
}

/* The dynamic linker's reason for its last failure. */
static const char *linkerReason(void) {
  const char *reason = dlerror();
  return reason != NULL ? reason : "the dynamic linker gives no reason";
}

/* The size of the segment with the code, which begins the image. */
static size_t codeSize(const Image *image) {
  Elf64_Phdr segment;
  memcpy(&segment, image->bytes + sizeof(Elf64_Ehdr), sizeof segment);
  return segment.p_filesz;
}

/*
 * Where the linker mapped what was written; NULL if it mapped something else, or the path does not
 * lead to the file any more. glibc goes by the path: while the application holds an earlier image
 * of the same path open, glibc returns that image again.
 */
static unsigned char *mappedAt(const Provider *provider, const Image *image) {
  struct link_map *map;
  if (!stapsdtIsPublished(&provider->publication) ||
      dlinfo(provider->handle, RTLD_DI_LINKMAP, &map) != 0 ||
      memcmp((const void *)map->l_addr, image->bytes, codeSize(image)) != 0) {
    return NULL;
  }
  return (unsigned char *)map->l_addr;
}

/* The newest probe is at the head of the list. The linker need not be asked: its map is known. */
static void setStubs(Provider *provider, unsigned char *end) {
  for (SDTProbeList_t *node = provider->public.probes; node != NULL; node = node->next) {
    end -= slotSize;
    node->probe._fire = end;
  }
}

static bool openImage(Provider *provider, const Image *image) {
  const char *path = provider->publication.path;
  provider->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (provider->handle == NULL) {
    /* glibc's reason can mislead: it says "No such file" about an image that it cannot use. */
    stapsdtFail(provider, sharedLibraryOpenError, "open image %s: %s%s", path, linkerReason(),
                stapsdtMountFault(&provider->publication));
    return false;
  }
  unsigned char *start = mappedAt(provider, image);
  if (start == NULL) {
    stapsdtFail(provider, sharedLibraryOpenError,
                "open image %s: it is not what was written: the application still holds an earlier "
                "image of that path",
                path);
    return false;
  }
  setStubs(provider, start + image->sitesEnd);
  return true;
}

static int isPath(struct dl_phdr_info *object, size_t size, void *path) {
  (void)size;
  return strcmp(object->dlpi_name, path) == 0;
}

/*
 * Closes the image. Returns NULL, or the reason why that failed. The linker's list is asked first,
 * because dlclose() of a handle that the application has closed would read freed memory.
 *
 * A forked child leaves the image open: the linker's lock, which both functions take, is locked for
 * ever if another thread of the parent held it at the time of the fork.
 */
static const char *closeImage(const Provider *provider) {
  if (!stapsdtIsOwner(&provider->publication)) {
    return NULL;
  }
  if (dl_iterate_phdr(isPath, provider->publication.path) == 0) {
    return "the application has closed its handle";
  }
  return dlclose(provider->handle) == 0 ? NULL : linkerReason();
}

/* Undoes what a load has done so far. Returns NULL, or the first reason why a part of it failed. */
static const char *disconnect(Provider *provider) {
  const char *reason = NULL;
  for (SDTProbeList_t *node = provider->public.probes; node != NULL; node = node->next) {
    node->probe._fire = NULL;
  }
  if (provider->handle != NULL) {
    reason = closeImage(provider);
  }
  const char *left = stapsdtRemoveFile(&provider->publication);
  provider->handle = NULL;
  provider->public._handle = NULL;
  provider->public._filename = NULL;
  provider->public._memfd = -1;
  return reason != NULL ? reason : left;
}

int providerLoad(SDTProvider_t *provider) {
  if (provider == NULL) {
    return -1;
  }
  Provider *private = privateOf(provider);
  if (private->handle != NULL) {
    stapsdtFail(private, sharedLibraryOpenError, "load: it is loaded already, from %s",
                private->publication.path);
    return -1;
  }
  Image image = {NULL, 0, 0};
  bool loaded =
    makeImage(private, &image) && publish(private, &image) && openImage(private, &image);
  free(image.bytes);
  if (!loaded) {
    disconnect(private);
    stapsdtWithdraw(&private->publication);
    return -1;
  }
  provider->_handle = private->handle;
  provider->_filename = private->publication.path;
  provider->_memfd = private->publication.fd;
  return 0;
}

int providerUnload(SDTProvider_t *provider) {
  if (provider == NULL || privateOf(provider)->handle == NULL) {
    return 0;
  }
  Provider *private = privateOf(provider);
  const char *reason = disconnect(private);
  if (reason != NULL) {
    stapsdtFail(private, sharedLibraryCloseError, "close image %s: %s", private->publication.path,
                reason);
    stapsdtAdvise(private, private->publication.number, "");
  }
  stapsdtWithdraw(&private->publication);
  return reason == NULL ? 0 : -1;
}

#endif
