/* A program with probes of sys/sdt.h. It writes an empty line as soon as it runs. Whenever it reads
 * a byte, it fires the probes and writes a line, 1 or 0: whether the probe with a semaphore was
 * traced. */
#define _SDT_HAS_SEMAPHORES 1
#include <stdint.h>
#include <sys/sdt.h>
#include <unistd.h>

__extension__ unsigned short csdt_guarded_semaphore __attribute__((unused, section(".probes")));
unsigned short csdt_plain_semaphore __attribute__((unused, section(".probes")));
unsigned short csdt_many_semaphore __attribute__((unused, section(".probes")));

static volatile int never;
static int64_t table[4] = {-1, 1LL << 62, -3, 4};

struct pair {
  int8_t narrow;
  int64_t wide;
};

__attribute__((noinline)) static void fire(struct pair *p, int16_t s, uint32_t u,
                                           const char *text) {
  int64_t local = p->wide - 1;
  DTRACE_PROBE6(csdt, plain, p->narrow, p->wide, s, u, local, text);
  DTRACE_PROBE12(csdt, many, 7, -7, 1ULL << 63, table[2], table[s & 3], &table[1], p, s + 1, u * 2,
                 (uint8_t)u, -1L, local);
  DTRACE_PROBE1(csdt, guarded, u);
  if (never) { /* more sites that share a semaphore */
    DTRACE_PROBE1(csdt, guarded, 1);
    DTRACE_PROBE1(csdt, guarded, 2);
    DTRACE_PROBE1(csdt, guarded, 3);
    DTRACE_PROBE1(csdt, guarded, 4);
    DTRACE_PROBE1(csdt, guarded, 5);
    DTRACE_PROBE1(csdt, guarded, 6);
    DTRACE_PROBE1(csdt, guarded, 7);
  }
}

int main(void) {
  char c;
  if (write(1, "\n", 1) != 1)
    return 1;
  while (read(0, &c, 1) == 1) {
    struct pair p = {-5, INT64_MIN};
    fire(&p, -2, 4000000000u, "from C");
    if (write(1, csdt_guarded_semaphore ? "1\n" : "0\n", 2) != 2)
      return 1;
  }
  return 0;
}
