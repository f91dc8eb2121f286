/*
 * test_defects.c - the known defects of the original libstapsdt, one test each: ours has none.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

static void defect_1_loading_twice_leaks(void) {
  SDTProvider_t *provider = twoProbes("defect1", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  void *site = provider->probes->probe._fire;
  Resources loaded = resources();
  for (int i = 0; i < 100; i++) {
    CHECK(providerLoad(provider) != 0);
    CHECK_ERROR(provider, sharedLibraryOpenError, "loaded already");
  }
  CHECK(sameResources(loaded, resources()));
  CHECK(provider->probes->probe._fire == site);
  CHECK(providerUnload(provider) == 0);
  providerDestroy(provider);
}

static void defect_2_two_probes_of_one_name_share_an_address(void) {
  SDTProvider_t *provider = twoProbes("defect2", memfd_enabled);
  SDTProbeList_t *head = provider->probes;
  CHECK(providerAddProbe(provider, "full", 1, uint64) == NULL);
  CHECK_ERROR(provider, elfCreationError, "full", "there is one of that name");
  CHECK(provider->probes == head);
  providerDestroy(provider);
}

static void defect_2_is_found_among_many_probes(void) {
  SDTProvider_t *provider = providerInit("defect2");
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 1000; i++) {
      char name[16];
      CHECK(snprintf(name, sizeof name, "probe%d", i) > 0);
      CHECK((providerAddProbe(provider, name, 0) != NULL) == (round == 0));
    }
  }
  CHECK_ERROR(provider, elfCreationError, "probe999", "there is one of that name");
  providerDestroy(provider);
}

static void defect_3_argument_counts_out_of_range_overrun(void) {
  SDTProvider_t *provider = twoProbes("defect3", memfd_enabled);
  CHECK(providerAddProbe(provider, "seven", 7, int8, int8, int8, int8, int8, int8, int8) == NULL);
  CHECK_ERROR(provider, elfCreationError, "seven", "7 arguments");
  CHECK(providerAddProbe(provider, "minus", -1) == NULL);
  CHECK_ERROR(provider, elfCreationError, "minus", "-1 arguments");
  CHECK(strcmp(provider->probes->probe.name, "full") == 0);
  providerDestroy(provider);
}

/* The bytes of address space from the first to the last mapping of the image. */
static size_t span(const SDTProvider_t *provider) {
  const struct link_map *map = provider->_handle;
  unsigned long low, high, start = 0, end = 0;
  char *line = NULL;
  size_t size = 0;
  FILE *maps = fopen("/proc/self/maps", "re");
  CHECK(maps != NULL);
  while (getline(&line, &size, maps) > 0) {
    if (strstr(line, "memfd:libstapsdt:defect4") != NULL) {
      CHECK(sscanf(line, "%lx-%lx", &low, &high) == 2);
      start = start == 0 ? low : start;
      end = high;
    }
  }
  free(line);
  fclose(maps);
  CHECK(start == map->l_addr);
  return end - start;
}

static void defect_4_two_megabytes_of_address_space(void) {
  SDTProvider_t *provider = twoProbes("defect4", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
#if defined(__x86_64__)
  CHECK(span(provider) <= 3 * 0x1000);
#else
  CHECK(span(provider) <= 3 * 0x10000);
#endif
  providerDestroy(provider);
}

static void readImage(const SDTProvider_t *provider, void *to, size_t size, off_t offset) {
  CHECK(pread(provider->_memfd, to, size, offset) == (ssize_t)size);
}

/* test_image.c checks the images for both machines, `make test-arm64` loads one. */
static void defect_5_x86_64_only(void) {
#if defined(__x86_64__)
  const Elf64_Half machine = EM_X86_64;
#else
  const Elf64_Half machine = EM_AARCH64;
#endif
  Elf64_Ehdr header;
  SDTProvider_t *provider = twoProbes("defect5", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  readImage(provider, &header, sizeof header, 0);
  CHECK(header.e_machine == machine);
  providerDestroy(provider);
}

/* The original looks at bits of the opcode 90; ours compares the byte with the original byte. */
static void defect_6_enabled_is_a_mask_of_one_opcode(void) {
  SDTProvider_t *provider = twoProbes("defect6", memfd_enabled);
#if defined(__x86_64__)
  CHECK(providerUseSite(provider, "\x0f\x1f\x44\x00\x00", 5) == 1);
#endif
  CHECK(providerLoad(provider) == 0);
  SDTProbe_t *probe = &provider->probes->probe;
  unsigned char *site = probe->_fire;
  unsigned char idle = *site;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  CHECK(mprotect(site - (uintptr_t)site % page, page, PROT_READ | PROT_WRITE) == 0);
  for (int byte = 0; byte < 256; byte++) {
    *site = (unsigned char)byte;
    CHECK(probeIsEnabled(probe) == (byte != idle));
  }
  *site = idle;
  providerDestroy(provider);
}

/* test_faults.c fails at every allocation and system call; here, at the last steps of a load. */
static void defect_7_a_failed_load_leaks(void) {
  SDTProvider_t *provider = twoProbes("defect7", memfd_disabled);
  CHECK(setenv("TMPDIR", "/nowhere", 1) == 0);
  Resources before = resources();
  for (int i = 0; i < 100; i++) {
    CHECK(providerLoad(provider) != 0);
  }
  CHECK(sameResources(before, resources()));
  CHECK(setenv("TMPDIR", temporaryDirectory(), 1) == 0);
  providerDestroy(provider);
}

static void defect_8_the_memfd_is_not_sealed(void) {
  SDTProvider_t *provider = twoProbes("defect8", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  CHECK((fcntl(provider->_memfd, F_GET_SEALS) & seals) == seals);
  CHECK(ftruncate(provider->_memfd, 0) == -1);
  CHECK(fcntl(provider->_memfd, F_GETFD) == FD_CLOEXEC);
  CHECK(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, provider->_memfd, 0) == MAP_FAILED);
  providerDestroy(provider);
}

static void buildIDOf(const char *probe, unsigned char digest[16]) {
  Elf64_Ehdr header;
  Elf64_Shdr section;
  struct {
    Elf64_Nhdr header;
    char owner[4];
    unsigned char digest[16];
  } note;
  SDTProvider_t *provider = providerInit("defect9");
  CHECK(providerAddProbe(provider, probe, 0) != NULL);
  CHECK(providerLoad(provider) == 0);
  readImage(provider, &header, sizeof header, 0);
  readImage(provider, &section, sizeof section, (off_t)(header.e_shoff + sizeof section));
  CHECK(section.sh_type == SHT_NOTE);
  CHECK(section.sh_size == sizeof note);
  readImage(provider, &note, sizeof note, (off_t)section.sh_offset);
  CHECK(note.header.n_type == NT_GNU_BUILD_ID);
  CHECK(memcmp(note.owner, "GNU", 4) == 0);
  memcpy(digest, note.digest, sizeof note.digest);
  providerDestroy(provider);
}

static void defect_9_no_build_id(void) {
  unsigned char one[16], same[16], other[16];
  buildIDOf("one", one);
  buildIDOf("one", same);
  buildIDOf("two", other);
  CHECK(memcmp(one, same, sizeof one) == 0);
  CHECK(memcmp(one, other, sizeof one) != 0);
}

/* test/symbols.sh checks that the shared library needs libc alone. */
static void defect_10_needs_libelf(void) {
  char *line = NULL;
  size_t size = 0;
  SDTProvider_t *provider = twoProbes("defect10", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  FILE *maps = fopen("/proc/self/maps", "re");
  CHECK(maps != NULL);
  while (getline(&line, &size, maps) > 0) {
    CHECK(strstr(line, "libelf") == NULL);
  }
  free(line);
  fclose(maps);
  providerDestroy(provider);
}

int main(void) {
  RUN(defect_1_loading_twice_leaks);
  RUN(defect_2_two_probes_of_one_name_share_an_address);
  RUN(defect_2_is_found_among_many_probes);
  RUN(defect_3_argument_counts_out_of_range_overrun);
  RUN(defect_4_two_megabytes_of_address_space);
  RUN(defect_5_x86_64_only);
  RUN(defect_6_enabled_is_a_mask_of_one_opcode);
  RUN(defect_7_a_failed_load_leaks);
  RUN(defect_8_the_memfd_is_not_sealed);
  RUN(defect_9_no_build_id);
  RUN(defect_10_needs_libelf);
  CHECK(rmdir(temporaryDirectory()) == 0);
  return 0;
}
