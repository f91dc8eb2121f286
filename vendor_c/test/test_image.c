/*
 * test_image.c - the image writer by itself, for both machines.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../image.h"
#include "harness.h"

enum { maxProbes = 500, slotSize = 16 };

static char names[maxProbes][32];
static SDTProbe_t probes[maxProbes];
static const SDTProbe_t *declared[maxProbes];

static const ArgType_t types[] = {int8, uint8, int16, uint16, int32, uint32, int64, uint64};

static ImageSpec specOf(Elf64_Half id, size_t probeCount) {
  for (size_t i = 0; i < probeCount; i++) {
    snprintf(names[i], sizeof names[i], "probe%zu", i);
    probes[i] = (SDTProbe_t){.name = names[i], .argCount = (int)(i % (MAX_ARGUMENTS + 1))};
    for (size_t j = 0; j < MAX_ARGUMENTS; j++) {
      probes[i].argFmt[j] = types[(i + j) % (sizeof types / sizeof types[0])];
    }
    declared[i] = &probes[i];
  }
  const Machine *machine = stapsdtMachine(id);
  return (ImageSpec){
    .machine = machine,
    .site = &machine->sites[0],
    .provider = "provider",
    .probes = declared,
    .probeCount = probeCount,
  };
}

static Image imageOf(const ImageSpec *spec) {
  Image image;
  const char *reason = stapsdtMakeImage(spec, &image);
  CHECK(reason == NULL);
  return image;
}

static const Elf64_Ehdr *header(const Image *image) {
  return (const Elf64_Ehdr *)(const void *)image->bytes;
}

/* Finds a section by name. The alignment of the section table makes the cast safe. */
static const Elf64_Shdr *section(const Image *image, const char *name) {
  const Elf64_Shdr *table =
    (const Elf64_Shdr *)(const void *)(image->bytes + header(image)->e_shoff);
  const char *text = (const char *)image->bytes + table[header(image)->e_shstrndx].sh_offset;
  for (int i = 0; i < header(image)->e_shnum; i++) {
    if (strcmp(text + table[i].sh_name, name) == 0) {
      return &table[i];
    }
  }
  return NULL;
}

static uint64_t read64(const unsigned char *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

/* Where in a slot the landing is: the sites of all sizes end at one place. */
static size_t leadOf(const ImageSpec *spec) {
  const Machine *machine = spec->machine;
  size_t longest = 0;
  for (size_t i = 0; i < machine->siteForms; i++) {
    longest = machine->sites[i].size > longest ? machine->sites[i].size : longest;
  }
  return longest - spec->site->size;
}

/* Compares the note at *at with the probe, and moves *at to the end of the note. */
static void checkNote(const Image *image, const ImageSpec *spec, size_t number,
                      const unsigned char **at) {
  Elf64_Nhdr note;
  memcpy(&note, *at, sizeof note);
  const unsigned char *description = *at + sizeof note + sizeof "stapsdt";
  const char *provider = (const char *)description + 3 * sizeof(uint64_t);
  const char *name = provider + strlen(provider) + 1;
  const char *arguments = name + strlen(name) + 1;
  const SDTProbe_t *probe = spec->probes[number];
  CHECK(note.n_namesz == sizeof "stapsdt");
  CHECK(note.n_type == 3);
  CHECK(note.n_descsz == (size_t)(arguments + strlen(arguments) + 1 - (const char *)description));
  CHECK(memcmp(*at + sizeof note, "stapsdt", sizeof "stapsdt") == 0);
  CHECK(read64(description) == section(image, ".text")->sh_addr + number * slotSize +
                                 leadOf(spec) + spec->machine->landing.size);
  CHECK(read64(description + 8) == section(image, ".stapsdt.base")->sh_addr);
  CHECK(read64(description + 16) == 0);
  CHECK(strcmp(provider, spec->provider) == 0);
  CHECK(strcmp(name, probe->name) == 0);
  for (int i = 0; i < probe->argCount; i++) {
    char expected[16];
    snprintf(expected, sizeof expected, "%s%d@%s", i == 0 ? "" : " ", (int)probe->argFmt[i],
             spec->machine->registers[i]);
    CHECK(strncmp(arguments, expected, strlen(expected)) == 0);
    arguments += strlen(expected);
  }
  CHECK(*arguments == '\0');
  *at = description + (note.n_descsz + 3) / 4 * 4;
}

static void checkNotes(const Image *image, const ImageSpec *spec) {
  const Elf64_Shdr *notes = section(image, ".note.stapsdt");
  const unsigned char *at = image->bytes + notes->sh_offset;
  CHECK(notes->sh_type == SHT_NOTE);
  CHECK(notes->sh_flags == 0);
  for (size_t i = 0; i < spec->probeCount; i++) {
    checkNote(image, spec, i, &at);
  }
  CHECK(at == image->bytes + notes->sh_offset + notes->sh_size);
}

static void checkStubs(const Image *image, const ImageSpec *spec) {
  const Elf64_Shdr *text = section(image, ".text");
  const Machine *machine = spec->machine;
  CHECK(text->sh_offset % machine->page == 0);
  CHECK(text->sh_size == spec->probeCount * slotSize);
  for (size_t i = 0; i < spec->probeCount; i++) {
    const unsigned char *slot = image->bytes + text->sh_offset + i * slotSize;
    const size_t landing = leadOf(spec);
    const size_t site = landing + machine->landing.size;
    const size_t end = site + spec->site->size + machine->returnSize;
    CHECK(memcmp(slot + landing, machine->landing.code, machine->landing.size) == 0);
    for (size_t j = 0; j < landing; j++) {
      CHECK(slot[j] == machine->filler);
    }
    CHECK(memcmp(slot + site, spec->site->code, spec->site->size) == 0);
    CHECK(memcmp(slot + site + spec->site->size, machine->returnCode, machine->returnSize) == 0);
    for (size_t j = end; j < slotSize; j++) {
      CHECK(slot[j] == machine->filler);
    }
  }
}

/* Every address is its offset, and the segments cover what the dynamic linker needs. */
static void checkPlaces(const Image *image, const ImageSpec *spec) {
  const Elf64_Phdr *segments =
    (const Elf64_Phdr *)(const void *)(image->bytes + header(image)->e_phoff);
  const Elf64_Shdr *text = section(image, ".text");
  const Elf64_Shdr *dynamic = section(image, ".dynamic");
  CHECK(header(image)->e_machine == spec->machine->id);
  CHECK(header(image)->e_type == ET_DYN);
  const Elf64_Shdr *last = spec->writableDynamic ? text : dynamic;
  CHECK(segments[0].p_type == PT_LOAD);
  CHECK(segments[0].p_offset == 0);
  CHECK(segments[0].p_filesz == last->sh_offset + last->sh_size);
  CHECK(segments[0].p_flags == (PF_R | PF_X));
  const Elf64_Phdr *rest = segments + 1;
  if (spec->writableDynamic) {
    CHECK(rest->p_type == PT_LOAD);
    CHECK(rest->p_flags == (PF_R | PF_W));
    CHECK(rest->p_offset == dynamic->sh_offset);
    CHECK(rest->p_offset % spec->machine->page == 0);
    rest++;
  }
  CHECK(rest[0].p_type == PT_DYNAMIC);
  CHECK(rest[0].p_offset == dynamic->sh_offset);
  CHECK(rest[0].p_flags == (spec->writableDynamic ? PF_R | PF_W : PF_R));
  CHECK(rest[1].p_type == PT_NOTE);
  CHECK(rest[2].p_type == PT_GNU_STACK);
  CHECK((rest[2].p_flags & PF_X) == 0);
  CHECK(header(image)->e_phnum == rest + 3 - segments);
  for (int i = 0; i < header(image)->e_phnum; i++) {
    CHECK(segments[i].p_vaddr == segments[i].p_offset);
    CHECK(segments[i].p_offset + segments[i].p_filesz <= image->size);
  }
}

static void images_of_every_machine_site_and_size(void) {
  const Elf64_Half machines[] = {EM_X86_64, EM_AARCH64};
  const size_t counts[] = {0, 1, 2, 255, 256, 257, maxProbes};
  for (size_t m = 0; m < sizeof machines / sizeof machines[0]; m++) {
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
      ImageSpec spec = specOf(machines[m], counts[c]);
      for (size_t s = 0; s < spec.machine->siteForms; s++) {
        spec.site = &spec.machine->sites[s];
        spec.writableDynamic = c % 2 == 1;
        Image image = imageOf(&spec);
        checkPlaces(&image, &spec);
        checkStubs(&image, &spec);
        checkNotes(&image, &spec);
        free(image.bytes);
      }
    }
  }
}

/* With types, an image is as without them, but for a section behind the others, in no segment. */
static void types_are_behind_all_else(void) {
  const Elf64_Half machines[] = {EM_X86_64, EM_AARCH64};
  const unsigned char types[] = {0x9f, 0xeb, 0, 1, 0xff};
  for (size_t m = 0; m < sizeof machines / sizeof machines[0]; m++) {
    ImageSpec spec = specOf(machines[m], 3);
    Image plain = imageOf(&spec);
    spec.btf = types;
    spec.btfSize = sizeof types;
    Image image = imageOf(&spec);
    const Elf64_Shdr *last = section(&image, ".BTF");
    CHECK(header(&image)->e_shnum == header(&plain)->e_shnum + 1);
    CHECK(last == section(&image, ".shstrtab") + 1);
    CHECK(last->sh_type == SHT_PROGBITS && last->sh_flags == 0 && last->sh_addr == 0);
    CHECK(last->sh_size == sizeof types && last->sh_offset % 4 == 0);
    CHECK(memcmp(image.bytes + last->sh_offset, types, sizeof types) == 0);
    CHECK(section(&image, ".shstrtab")->sh_offset == section(&plain, ".shstrtab")->sh_offset);
    checkPlaces(&image, &spec);
    checkStubs(&image, &spec);
    checkNotes(&image, &spec);
    free(image.bytes);
    free(plain.bytes);
  }
}

/* The Go package shows gdb an image that it has made itself, for the addresses of ours. */
static void a_writable_dynamic_moves_nothing_before_it(void) {
  ImageSpec spec = specOf(EM_X86_64, maxProbes);
  Image plain = imageOf(&spec);
  spec.writableDynamic = true;
  Image writable = imageOf(&spec);
  const size_t start = section(&plain, ".hash")->sh_offset;
  const size_t end = section(&plain, ".dynamic")->sh_offset;
  CHECK(section(&writable, ".hash")->sh_offset == start);
  CHECK(memcmp(plain.bytes + start, writable.bytes + start, end - start) == 0);
  CHECK((section(&writable, ".dynamic")->sh_flags & SHF_WRITE) != 0);
  CHECK((section(&plain, ".dynamic")->sh_flags & SHF_WRITE) == 0);
  free(plain.bytes);
  free(writable.bytes);
}

static void refusals(void) {
  Image image;
  ImageSpec spec = specOf(EM_X86_64, 1);
  spec.machine = stapsdtMachine(EM_386);
  CHECK(spec.machine == NULL);
  CHECK(strcmp(stapsdtMakeImage(&spec, &image), "unsupported machine") == 0);
  CHECK(stapsdtSite(spec.machine, "\x90", 1) == NULL);
  spec = specOf(EM_X86_64, 1);
  spec.site = NULL;
  CHECK(stapsdtMakeImage(&spec, &image) != NULL);
  spec = specOf(EM_X86_64, 1);
  for (size_t size = INT32_MAX; size != 0; size = size == SIZE_MAX ? 0 : SIZE_MAX) {
    spec.btfSize = size; /* not read */
    CHECK(strcmp(stapsdtMakeImage(&spec, &image), "the image would be too large") == 0);
  }
}

/* A string of so many bytes in the memory of one block, which is mapped again and again. */
static char *longString(size_t size, size_t block) {
  int fd = memfd_create("block", MFD_CLOEXEC);
  CHECK(fd >= 0);
  CHECK(ftruncate(fd, (off_t)block) == 0);
  char *bytes = mmap(NULL, size + block, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(bytes != MAP_FAILED);
  for (size_t at = 0; at < size; at += block) {
    CHECK(mmap(bytes + at, block, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) !=
          MAP_FAILED);
  }
  memset(bytes, 'n', block);
  CHECK(close(fd) == 0);
  return bytes;
}

static void names_that_are_too_long_together(void) {
  const size_t block = (size_t)1 << 24;
  const size_t half = (size_t)1 << 30;
  if (underValgrind()) {
    SKIP("reading gigabytes takes minutes under valgrind");
  }
  Image image;
  char *name = longString(half, block);
  ImageSpec spec = specOf(EM_X86_64, 2);
  probes[0].name = probes[1].name = name; /* 2 GiB of names in all */
  CHECK(strcmp(stapsdtMakeImage(&spec, &image), "the image would be too large") == 0);
  spec = specOf(EM_X86_64, 2);
  spec.provider = name; /* 2 GiB in notes */
  CHECK(strcmp(stapsdtMakeImage(&spec, &image), "the image would be too large") == 0);
  CHECK(munmap(name, half + block) == 0);
}

int main(void) {
  RUN(images_of_every_machine_site_and_size);
  RUN(types_are_behind_all_else);
  RUN(a_writable_dynamic_moves_nothing_before_it);
  RUN(refusals);
  RUN(names_that_are_too_long_together);
  CHECK(rmdir(temporaryDirectory()) == 0);
  return 0;
}
