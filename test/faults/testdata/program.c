/* Does what program/main.go does, with the C library. STAPSDT_BACKING is this program's own. */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libstapsdt.h"

static SDTProvider_t *provider;
static SDTProbe_t *probe;

static void sayText(const char *text) {
  putchar('"');
  for (; *text != '\0'; text++) {
    const unsigned char c = (unsigned char)*text;
    if (c < ' ' || c > '~' || c == '"' || c == '\\') {
      printf("\\u%04x", c);
    } else {
      putchar(c);
    }
  }
  putchar('"');
}

static void say(int failed) {
  int number = 0;
  const char *reason = failed ? providerFailure(provider, &number) : NULL;
  printf("{\"Error\":");
  sayText(reason != NULL ? provider->error : failed ? "failed" : "");
  if (number != 0) {
    printf(",\"Errnos\":[%d]", number);
  }
  printf(",\"Path\":");
  sayText(provider->_filename != NULL ? provider->_filename : "");
  printf(",\"Enabled\":%s}\n", probeIsEnabled(probe) ? "true" : "false");
  fflush(stdout);
}

static int load(void) {
  const char *backing = getenv("STAPSDT_BACKING");
  int named = backing != NULL && strcmp(backing, "file") == 0;
  providerUseMemfd(provider, named ? memfd_disabled : memfd_enabled);
  return providerLoad(provider);
}

static int limit(const char *argument) {
  int resource;
  long value;
  struct rlimit soft;
  if (sscanf(argument, "%d %ld", &resource, &value) != 2 || getrlimit(resource, &soft) != 0) {
    return -1;
  }
  const rlim_t wanted = (rlim_t)value;
  soft.rlim_cur = wanted < soft.rlim_max ? wanted : soft.rlim_max;
  return setrlimit(resource, &soft);
}

static int command(char *line) {
  char *argument = strchr(line, ' ');
  if (argument != NULL) {
    *argument++ = '\0';
  }
  int failed = 0;
  if (strcmp(line, "load") == 0) {
    getsid(0);
    failed = load();
    getpgid(0);
  } else if (strcmp(line, "unload") == 0) {
    getsid(0);
    failed = providerUnload(provider);
    getpgid(0);
  } else if (strcmp(line, "fire") == 0) {
    for (unsigned long i = 0; i < 10; i++) {
      probeFire(probe, i, "text");
    }
  } else if (strcmp(line, "set") == 0) {
    failed = putenv(strdup(argument));
  } else if (strcmp(line, "unset") == 0) {
    failed = unsetenv(argument);
  } else if (strcmp(line, "limit") == 0) {
    failed = limit(argument);
  } else if (strcmp(line, "rest") == 0) {
    failed = 0; /* there is no garbage */
  } else if (strcmp(line, "lock") == 0) {
    failed = mlockall(MCL_FUTURE);
  } else {
    fprintf(stderr, "no such command: %s\n", line);
    exit(1);
  }
  return failed;
}

int main(void) {
  provider = providerInit("faults");
  probe = providerAddProbe(provider, "p", 2, uint64, uint64);
  say(0);
  static char line[1 << 16];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    say(command(line));
  }
  providerDestroy(provider);
  return 0;
}
