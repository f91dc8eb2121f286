/*
 * test_errors.c - every way to fail: the kind, the text, and nothing left behind.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <asm/errno.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"

/* Expects that the load fails, and that it leaves the provider unloaded. */
static void loadInVain(SDTProvider_t *provider) {
  Resources before = resources();
  CHECK(providerLoad(provider) != 0);
  CHECK(sameResources(before, resources()));
  CHECK(provider->_handle == NULL);
  CHECK(provider->_filename == NULL);
  CHECK(provider->_memfd == -1);
  for (SDTProbeList_t *node = provider->probes; node != NULL; node = node->next) {
    CHECK(node->probe._fire == NULL);
  }
}

static void anError(const char *name, MemFDOption_t backing, SDTError_t kind, const char *word) {
  SDTProvider_t *provider = twoProbes(name, backing);
  loadInVain(provider);
  CHECK_ERROR(provider, kind, word);
  providerDestroy(provider);
}

/* From now on memfd_create(2) with one of these flags fails with this error. */
static void denyMemfdFlags(unsigned flags, unsigned error) {
  struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 3),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, flags, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void denyMemfd(unsigned error) {
  denyMemfdFlags(~0U, error);
}

static void withMemfdForbidden(void) {
  SDTProvider_t *provider = twoProbes("forbidden", memfd_enabled);
  denyMemfd(EPERM);
  loadInVain(provider);
  CHECK_ERROR(provider, tmpCreationError, "libstapsdt:forbidden", "Operation not permitted",
              "providerUseMemfd(provider, memfd_disabled)");
  CHECK(providerUseMemfd(provider, memfd_disabled) == 1);
  CHECK(providerLoad(provider) == 0);
  providerDestroy(provider);
}

static void memfd_forbidden_by_seccomp(void) {
  inChild(withMemfdForbidden);
}

static void beforeLinux63(void) {
  enum { noexecSeal = 8 }; /* MFD_NOEXEC_SEAL, which Linux 6.3 brought */
  SDTProvider_t *provider = twoProbes("old", memfd_enabled);
  denyMemfdFlags(noexecSeal, EINVAL);
  CHECK(providerLoad(provider) == 0);
  CHECK(provider->_memfd >= 0);
  providerDestroy(provider);
}

static void memfd_without_the_noexec_flag(void) {
  inChild(beforeLinux63);
}

static void withoutMemfd(void) {
  SDTProvider_t *before = twoProbes("before", memfd_enabled);
  denyMemfd(ENOSYS);
  loadInVain(before);
  CHECK_ERROR(before, tmpCreationError, "libstapsdt:before", "Function not implemented");
  providerDestroy(before);

  SDTProvider_t *provider = providerInit("missing");
  CHECK(provider->_use_memfd == memfd_disabled);
  CHECK(providerUseMemfd(provider, memfd_enabled) == 0);
  CHECK(providerUseMemfd(provider, memfd_disabled) == 0);
  CHECK(providerLoad(provider) == 0);
  CHECK(provider->_memfd == -1);
  providerDestroy(provider);
}

static void memfd_unknown_to_the_system(void) {
  inChild(withoutMemfd);
}

static void withoutPermission(void) {
  char path[128];
  snprintf(path, sizeof path, "%s/locked", temporaryDirectory());
  CHECK(mkdir(path, 0555) == 0);
  CHECK(chmod(temporaryDirectory(), 0755) == 0);
  CHECK(setenv("TMPDIR", path, 1) == 0);
  const bool root = getuid() == 0; /* root may write anywhere */
  CHECK(!root || setresuid(65534, 65534, 0) == 0);
  anError("locked", memfd_disabled, tmpCreationError, "Permission denied");
  CHECK(!root || setresuid(0, 0, 0) == 0);
  CHECK(rmdir(path) == 0);
}

static void TMPDIR_not_writable(void) {
  inChild(withoutPermission);
}

static void TMPDIR_missing(void) {
  CHECK(setenv("TMPDIR", "/nowhere/at/all", 1) == 0);
  anError("lost", memfd_disabled, tmpCreationError, "/nowhere/at/all/lost-");
  anError("lost", memfd_disabled, tmpCreationError, "No such file or directory");
  CHECK(setenv("TMPDIR", temporaryDirectory(), 1) == 0);
}

static void the_chosen_file_exists(void) {
  char path[128];
  snprintf(path, sizeof path, "%s/taken", temporaryDirectory());
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  CHECK(fd >= 0);
  CHECK(close(fd) == 0);
  SDTProvider_t *provider = twoProbes("taken", memfd_disabled);
  CHECK(providerUseFile(provider, path) == 1);
  loadInVain(provider);
  CHECK_ERROR(provider, tmpCreationError, path, "File exists");
  CHECK(access(path, F_OK) == 0);
  CHECK(unlink(path) == 0);
  CHECK(symlink("elsewhere", path) == 0);
  loadInVain(provider);
  CHECK_ERROR(provider, tmpCreationError, path, "File exists");
  CHECK(unlink(path) == 0);
  CHECK(providerLoad(provider) == 0);
  providerDestroy(provider);
}

static void a_name_too_long_for_a_memfd(void) {
  char name[300];
  const size_t longest = 249 - strlen("libstapsdt:");
  memset(name, 'n', sizeof name);
  name[longest] = '\0';
  SDTProvider_t *provider = twoProbes(name, memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  providerDestroy(provider);
  name[longest] = 'n';
  name[longest + 1] = '\0';
  anError(name, memfd_enabled, tmpCreationError, "longer than 249 bytes");
}

static void a_name_too_long_for_a_file(void) {
  char name[300];
  memset(name, 'n', sizeof name);
  name[255] = '\0';
  anError(name, memfd_disabled, tmpCreationError, "File name too long");
}

static void invalid_probes(void) {
  SDTProvider_t *provider = twoProbes("strict", memfd_enabled);
  CHECK(providerAddProbe(provider, NULL, 0) == NULL);
  CHECK_ERROR(provider, elfCreationError, "no name");
  CHECK(providerAddProbe(provider, "", 0) == NULL);
  CHECK_ERROR(provider, elfCreationError, "no name");
  CHECK(providerAddProbe(provider, "none", 2, uint64, noarg) == NULL);
  CHECK_ERROR(provider, elfCreationError, "none", "argument 1", "type 0");
  CHECK(providerAddProbe(provider, "three", 1, 3) == NULL);
  CHECK_ERROR(provider, elfCreationError, "three", "argument 0", "type 3");
  CHECK(providerAddProbe(provider, "huge", 1, -16) == NULL);
  CHECK_ERROR(provider, elfCreationError, "huge", "type -16");
  CHECK(strcmp(provider->probes->probe.name, "full") == 0);
  providerDestroy(provider);
}

/* The fields are public, so the image writer must not trust what providerAddProbe() checked. */
static void a_probe_spoilt_after_it_was_added(void) {
  SDTProvider_t *provider = twoProbes("spoilt", memfd_enabled);
  SDTProbe_t *full = &provider->probes->probe;
  full->argCount = 7;
  loadInVain(provider);
  CHECK_ERROR(provider, elfCreationError, "number of arguments");
  full->argCount = 6;
  full->argFmt[5] = (ArgType_t)0;
  loadInVain(provider);
  CHECK_ERROR(provider, elfCreationError, "unknown type");
  providerDestroy(provider);
}

static void unloading_twice_is_no_error(void) {
  SDTProvider_t *provider = twoProbes("twice", memfd_enabled);
  CHECK(providerUnload(provider) == 0);
  CHECK(providerLoad(provider) == 0);
  CHECK(providerUnload(provider) == 0);
  CHECK(providerUnload(provider) == 0);
  CHECK(provider->errno == noError);
  providerDestroy(provider);
}

static void choices_are_closed_while_loaded(void) {
  SDTProvider_t *provider = twoProbes("settled", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  CHECK(providerUseMemfd(provider, memfd_disabled) == 0);
  CHECK(providerUseFile(provider, "/tmp/x") == 0);
#if defined(__x86_64__)
  CHECK(providerUseSite(provider, "\x90", 1) == 0);
#else
  CHECK(providerUseSite(provider, "\x1f\x20\x03\xd5", 4) == 0);
#endif
  CHECK(providerDescribe(provider, "types", 5) == 0);
  CHECK(provider->_use_memfd == memfd_enabled);
  providerDestroy(provider);
}

static void unknown_site_bytes(void) {
  SDTProvider_t *provider = twoProbes("sites", memfd_enabled);
  CHECK(providerUseSite(provider, NULL, 1) == 0);
  CHECK(providerUseSite(provider, "", 0) == 0);
  CHECK(providerUseSite(provider, "\xcc", 1) == 0);
  CHECK(providerUseSite(provider, "\x90\x90", 2) == 0);
  CHECK(providerUseSite(provider, "\x0f\x1f\x44\x00", 4) == 0);
  CHECK(providerLoad(provider) == 0);
  providerDestroy(provider);
}

static void the_application_closed_the_handle(void) {
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    SDTProvider_t *provider = twoProbes("closed", (MemFDOption_t)backing);
    Resources before = resources();
    CHECK(providerLoad(provider) == 0);
    CHECK(dlclose(provider->_handle) == 0);
    CHECK(providerUnload(provider) != 0);
    CHECK_ERROR(provider, sharedLibraryCloseError, "the application has closed");
    CHECK(sameResources(before, resources()));
    CHECK(provider->probes->probe._fire == NULL);
    CHECK(providerUnload(provider) == 0);
    CHECK(providerLoad(provider) == 0);
    CHECK(providerUnload(provider) == 0);
    CHECK(providerLoad(provider) == 0);
    CHECK(dlclose(provider->_handle) == 0);
    providerDestroy(provider);
  }
}

/* Only glibc goes by the path, but with no linker may we take an old image for the new one. */
static void the_application_holds_an_earlier_image(void) {
  SDTProvider_t *provider = twoProbes("held", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  void *held = dlopen(provider->_filename, RTLD_NOW);
  CHECK(held == provider->_handle);
  CHECK(providerUnload(provider) == 0);
  CHECK(providerAddProbe(provider, "another", 0) != NULL);
  loadInVain(provider);
  CHECK_ERROR(provider, sharedLibraryOpenError, "still holds an earlier image");
  CHECK(dlclose(held) == 0);
  CHECK(providerLoad(provider) == 0);
  providerDestroy(provider);
}

static void the_application_replaced_the_handle(void) {
  SDTProvider_t *provider = twoProbes("nulled", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  provider->_handle = NULL;
  CHECK(providerLoad(provider) != 0);
  CHECK(providerUnload(provider) == 0);
  CHECK(providerLoad(provider) == 0);
  CHECK(dlclose(provider->_handle) == 0);
  provider->_handle = NULL;
  CHECK(providerUnload(provider) != 0);
  CHECK_ERROR(provider, sharedLibraryCloseError, "the application has closed");
  providerDestroy(provider);
}

static void the_file_cannot_be_removed(void) {
  SDTProvider_t *provider = twoProbes("replaced", memfd_disabled);
  CHECK(providerLoad(provider) == 0);
  char path[128];
  snprintf(path, sizeof path, "%s", provider->_filename);
  CHECK(unlink(path) == 0);
  CHECK(mkdir(path, 0700) == 0);
  CHECK(providerUnload(provider) != 0);
  CHECK_ERROR(provider, sharedLibraryCloseError, path, "Is a directory");
  CHECK(rmdir(path) == 0);
  CHECK(providerLoad(provider) == 0);
  providerDestroy(provider);
}

/* Lets the process open so many descriptors more. The lowest free number is used next. */
static void allowDescriptors(unsigned more) {
  int next = dup(0);
  CHECK(next >= 0);
  CHECK(close(next) == 0);
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = (unsigned)next + more;
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static void expectWithDescriptors(unsigned more, MemFDOption_t backing, SDTError_t kind) {
  struct rlimit before;
  CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
  SDTProvider_t *provider = twoProbes("limited", backing);
  allowDescriptors(more);
  CHECK(providerLoad(provider) != 0);
  CHECK_ERROR(provider, kind, "Too many open files", "limited");
  CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(provider->_handle == NULL);
  providerDestroy(provider);
}

static void no_descriptors_left(void) {
  expectWithDescriptors(0, memfd_enabled, tmpCreationError);
  expectWithDescriptors(1, memfd_enabled, sharedLibraryOpenError);
  if (underValgrind()) { /* it opens the file before it looks at the limit, and leaves it there */
    return;
  }
  expectWithDescriptors(0, memfd_disabled, tmpCreationError);
}

/* Mounts an empty file system at path, for this process alone. */
static bool cover(const char *path, unsigned long flags, const char *options) {
  return unshare(CLONE_NEWNS) == 0 && mount("none", "/", "", MS_REC | MS_PRIVATE, "") == 0 &&
         mount("none", path, "tmpfs", flags, options) == 0;
}

static void onNoexecMount(void) {
  if (!cover(temporaryDirectory(), MS_NOEXEC, "")) {
    SKIP("mounting a noexec file system needs CAP_SYS_ADMIN");
  }
  anError("noexec", memfd_disabled, sharedLibraryOpenError, "noexec-");
  anError("noexec", memfd_disabled, sharedLibraryOpenError, "mounted noexec");
}

static void TMPDIR_mounted_noexec(void) {
  inChild(onNoexecMount);
}

static void onFullDisk(void) {
  if (!cover(temporaryDirectory(), 0, "size=4k")) {
    SKIP("mounting a small file system needs CAP_SYS_ADMIN");
  }
  anError("full", memfd_disabled, tmpCreationError, "No space left on device");
}

/* error has the advice of this library; providerFailure() leaves it out. */
static void failure_without_advice(void) {
  CHECK(setenv("TMPDIR", "/nowhere/at/all", 1) == 0);
  SDTProvider_t *provider = twoProbes("parts", memfd_disabled);
  int number = -1;
  CHECK(providerFailure(NULL, &number) == NULL);
  CHECK(providerFailure(provider, &number) == NULL);
  CHECK(number == 0);
  loadInVain(provider);
  CHECK_ERROR(provider, tmpCreationError, "providerUseMemfd(provider, memfd_enabled)");
  const char *reason = providerFailure(provider, &number);
  CHECK(number == ENOENT);
  CHECK(strstr(reason, "create file /nowhere/at/all/parts-") == reason);
  CHECK(strstr(reason, "providerUseMemfd") == NULL);
  CHECK(providerAddProbe(provider, "", 0) == NULL);
  CHECK(strcmp(providerFailure(provider, &number), "add probe: it has no name") == 0);
  CHECK(number == 0);
  providerDestroy(provider);
  CHECK(setenv("TMPDIR", temporaryDirectory(), 1) == 0);
}

static void TMPDIR_full(void) {
  inChild(onFullDisk);
}

static void withoutProc(void) {
  SDTProvider_t *provider = twoProbes("noproc", memfd_enabled);
  if (!cover("/proc", 0, "")) {
    providerDestroy(provider);
    SKIP("covering /proc needs CAP_SYS_ADMIN");
  }
  CHECK(providerLoad(provider) != 0);
  CHECK_ERROR(provider, tmpCreationError, "/proc is not");
  CHECK(providerUseMemfd(provider, memfd_disabled) == 1);
  CHECK(providerLoad(provider) == 0);
  providerDestroy(provider);
}

static void no_proc_mounted(void) {
  inChild(withoutProc);
}

int main(void) {
  RUN(memfd_forbidden_by_seccomp);
  RUN(memfd_without_the_noexec_flag);
  RUN(memfd_unknown_to_the_system);
  RUN(TMPDIR_not_writable);
  RUN(TMPDIR_missing);
  RUN(TMPDIR_mounted_noexec);
  RUN(TMPDIR_full);
  RUN(failure_without_advice);
  RUN(no_proc_mounted);
  RUN(the_chosen_file_exists);
  RUN(a_name_too_long_for_a_memfd);
  RUN(a_name_too_long_for_a_file);
  RUN(invalid_probes);
  RUN(a_probe_spoilt_after_it_was_added);
  RUN(unloading_twice_is_no_error);
  RUN(choices_are_closed_while_loaded);
  RUN(unknown_site_bytes);
  RUN(the_application_closed_the_handle);
  RUN(the_application_holds_an_earlier_image);
  RUN(the_application_replaced_the_handle);
  RUN(the_file_cannot_be_removed);
  RUN(no_descriptors_left);
  CHECK(rmdir(temporaryDirectory()) == 0);
  return 0;
}
