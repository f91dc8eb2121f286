/*
 * test_process.c - limits, signals, threads and forks of the program that loads a provider.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE 1

#include <asm/errno.h>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static bool isPending(int number) {
  sigset_t pending;
  CHECK(sigpending(&pending) == 0);
  return sigismember(&pending, number) == 1;
}

/* Fails to load from both kinds of files, by EFBIG, and survives SIGXFSZ. */
static void loadLimited(void) {
  const struct rlimit none = {0, 0};
  CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    SDTProvider_t *provider = twoProbes("limited", (MemFDOption_t)backing);
    CHECK(providerLoad(provider) != 0);
    int number;
    CHECK(strstr(providerFailure(provider, &number), "File too large") != NULL);
    CHECK(number == EFBIG);
    providerDestroy(provider);
  }
}

static void limitedFiles(void) {
  loadLimited();
  sigset_t mask;
  CHECK(sigprocmask(SIG_BLOCK, NULL, &mask) == 0);
  CHECK(sigismember(&mask, SIGXFSZ) == 0);
}

static void files_may_not_grow(void) {
  inChild(limitedFiles);
}

static void signalOfTheProgram(void) {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGXFSZ);
  CHECK(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
  CHECK(raise(SIGXFSZ) == 0);
  loadLimited();
  CHECK(isPending(SIGXFSZ));
}

static void a_signal_of_the_programs_own_is_left_pending(void) {
  inChild(signalOfTheProgram);
}

static SDTProvider_t *inherited;

/* Destroys the provider in a child that is forked while another thread has the linker's lock. */
static void destroyInChild(void) {
  fflush(NULL);
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    alarm(60); /* ends a child that waits for the lock for ever */
    CHECK(providerUnload(inherited) == 0);
    CHECK(inherited->_handle == NULL);
    probeFire(&inherited->probes->probe, UINT64_C(1));
    providerDestroy(inherited);
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK(inherited->_handle != NULL);
  probeFire(&inherited->probes->probe, UINT64_C(1));
}

static int entered[2], leave[2];

static void announceAndWait(void) {
  char byte = 0;
  CHECK(write(entered[1], &byte, 1) == 1);
  CHECK(read(leave[0], &byte, 1) == 1);
}

static void forkDuring(void *(*hold)(void *)) {
  for (int backing = memfd_disabled; backing <= memfd_enabled; backing++) {
    inherited = twoProbes("forked", (MemFDOption_t)backing);
    CHECK(providerLoad(inherited) == 0);
    CHECK(pipe(entered) == 0);
    CHECK(pipe(leave) == 0);
    pthread_t holder;
    CHECK(pthread_create(&holder, NULL, hold, NULL) == 0);
    char byte = 0;
    CHECK(read(entered[0], &byte, 1) == 1);
    destroyInChild();
    CHECK(write(leave[1], &byte, 1) == 1);
    CHECK(pthread_join(holder, NULL) == 0);
    for (int end = 0; end < 2; end++) {
      CHECK(close(entered[end]) == 0);
      CHECK(close(leave[end]) == 0);
    }
    providerDestroy(inherited);
  }
}

static int visit(struct dl_phdr_info *object, size_t size, void *unused) {
  (void)object, (void)size, (void)unused;
  announceAndWait();
  return 1;
}

static void *holdList(void *unused) {
  dl_iterate_phdr(visit, NULL);
  return unused;
}

static void a_fork_while_a_thread_is_in_dl_iterate_phdr(void) {
  forkDuring(holdList);
}

static void *holdLinker(void *unused) {
  char descriptors[32];
  snprintf(descriptors, sizeof descriptors, "%d %d", entered[1], leave[0]);
  CHECK(setenv("BLOCKING", descriptors, 1) == 0);
  void *handle = dlopen(BLOCKING_OBJECT, RTLD_NOW);
  CHECK(handle != NULL);
  CHECK(dlclose(handle) == 0);
  return unused;
}

static void a_fork_while_a_thread_is_in_dlopen(void) {
  forkDuring(holdLinker);
}

static void *loadInThread(void *unused) {
  SDTProvider_t *provider = twoProbes("shared", memfd_enabled);
  CHECK(providerLoad(provider) == 0);
  struct stat file, path;
  CHECK(fstat(provider->_memfd, &file) == 0);
  CHECK(stat(provider->_filename, &path) == 0);
  CHECK(file.st_dev == path.st_dev && file.st_ino == path.st_ino);
  providerDestroy(provider);
  return unused;
}

static void *loadWhenTold(void *unused) {
  announceAndWait();
  return loadInThread(unused);
}

/* /proc/PID/fd has the descriptors of the main thread. */
static void splitTables(void) {
  CHECK(pipe(entered) == 0);
  CHECK(pipe(leave) == 0);
  pthread_t loader;
  CHECK(pthread_create(&loader, NULL, loadWhenTold, NULL) == 0);
  char byte = 0;
  CHECK(read(entered[0], &byte, 1) == 1);
  CHECK(unshare(CLONE_FILES) == 0);
  CHECK(write(leave[1], &byte, 1) == 1);
  CHECK(pthread_join(loader, NULL) == 0);
}

static void a_thread_with_descriptors_of_its_own(void) {
  inChild(splitTables);
}

int main(void) {
  RUN(files_may_not_grow);
  RUN(a_signal_of_the_programs_own_is_left_pending);
  RUN(a_fork_while_a_thread_is_in_dl_iterate_phdr);
  RUN(a_fork_while_a_thread_is_in_dlopen);
  RUN(a_thread_with_descriptors_of_its_own);
  CHECK(rmdir(temporaryDirectory()) == 0);
  return 0;
}
