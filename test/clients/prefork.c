/*
 * prefork.c - a server that forks its workers, some before a tracer is attached and some after.
 * All processes fire. A site with code that only the parent can run would kill the workers.
 *
 * Usage: prefork memfd|file, see trace.sh
 *
 * SPDX-License-Identifier: MIT
 */
#define _DEFAULT_SOURCE 1

#include <libstapsdt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { workersBefore = 2, workers = 4 };

static void waitForTracer(SDTProbe_t *probe) {
  while (!probeIsEnabled(probe)) {
    usleep(1000);
  }
}

/* Fires the number of this process, which is 0 for the parent, until the tracer detaches. */
static void fireWhileTraced(SDTProbe_t *probe, int number) {
  while (probeIsEnabled(probe)) {
    probeFire(probe, (int64_t)number, (int64_t)-number);
    usleep(1000);
  }
}

static pid_t forkWorker(SDTProbe_t *probe, int number) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    waitForTracer(probe);
    fireWhileTraced(probe, number);
    providerDestroy(probe->provider); /* the worker's copy: the parent's probes stay */
    exit(0);
  }
  return pid;
}

/* Returns whether the worker exited with status 0. If not, prints how it ended. */
static int endedWell(pid_t pid, int number) {
  int status;
  if (pid < 0 || waitpid(pid, &status, 0) != pid) {
    perror("prefork");
    return 0;
  }
  if (WIFSIGNALED(status)) {
    fprintf(stderr, "prefork: worker %d died: %s\n", number, strsignal(WTERMSIG(status)));
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
  const int memfd = argc == 2 && strcmp(argv[1], "memfd") == 0;
  SDTProvider_t *provider = providerInit("prefork");
  providerUseMemfd(provider, memfd ? memfd_enabled : memfd_disabled);
  SDTProbe_t *probe = providerAddProbe(provider, "request", 2, int32, int64);
  if (providerLoad(provider) != 0) {
    fprintf(stderr, "prefork: %s\n", provider->error);
    return 1;
  }
  pid_t pids[workers + 1];
  for (int number = 1; number <= workersBefore; number++) {
    pids[number] = forkWorker(probe, number);
  }
  puts(provider->_filename);
  fflush(stdout);
  waitForTracer(probe);
  probeFire(probe, (int64_t)0, (int64_t)0); /* the kernel may now have rewritten the site */
  for (int number = workersBefore + 1; number <= workers; number++) {
    pids[number] = forkWorker(probe, number);
  }
  fireWhileTraced(probe, 0);

  int good = 1;
  for (int number = 1; number <= workers; number++) {
    good = endedWell(pids[number], number) && good;
  }
  if (access(provider->_filename, F_OK) != 0) {
    fprintf(stderr, "prefork: a worker removed %s\n", provider->_filename);
    good = 0;
  }
  good = providerUnload(provider) == 0 && good;
  providerDestroy(provider);
  return good ? 0 : 1;
}
