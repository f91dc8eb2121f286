/* A program with arguments of every kind of C type, for 64 and for 32 bits and without a C library,
 * which a machine may lack for 32 bits. It writes an empty line as soon as it runs. Whenever it
 * reads a byte, it fires the probes and writes the byte. */
#include <sys/sdt.h>

#ifdef __x86_64__
enum { READ = 0, WRITE = 1, EXIT = 60, ARCH_PRCTL = 158 };

static long call(long number, long a, const void *b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}
#else
enum { READ = 3, WRITE = 4, EXIT = 1 };

static long call(long number, long a, const void *b, long c) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}
#endif

struct three {
  long a, b, c;
};
struct item {
  int number;
  short narrow;
  char letters[6];
};

volatile int one = 1;
static volatile long counter = -12345;
int public_array[4] = {10, -20, 30, -40};
static struct item items[3] = {{1, 2, "a"}, {-3, -4, "b"}, {5, 6, "c"}};
double exported = 2.5;
static volatile float hidden = -0.75f;
static volatile long long wide_counter = -5000000000;
_Thread_local volatile long local = 77;

__attribute__((noinline)) void integers(signed char c, unsigned short s, int i, long long wide,
                                        unsigned long long uwide) {
  STAP_PROBE6(values, integers, c, s, i, wide, uwide, 42);
  STAP_PROBE3(values, computed, wide * i, uwide + i, -wide);
}

__attribute__((noinline)) void floats(double d, float f, double *at, int i) {
  STAP_PROBE6(values, floats, d, f, d * 2, f * 2, at[i], *at);
  STAP_PROBE4(values, fconstants, 1.5, 0.25f, exported, hidden);
}

__attribute__((noinline)) void places(int i, struct item *p, const char *text) {
  STAP_PROBE6(values, places, counter, public_array[i], public_array[2], items[i].number,
              items[i].narrow, p[i].letters[0]);
  STAP_PROBE3(values, wides, wide_counter, text, i);
}

__attribute__((noinline)) void structure(struct three three) {
  STAP_PROBE2(values, structure, three, 7);
}

#ifdef __x86_64__
__attribute__((noinline)) void thread(void) { STAP_PROBE2(values, thread, local, 7); }
#endif

/* fire passes nothing that the compiler could compute. */
__attribute__((noinline)) static void fire(void) {
  double at[2] = {one * 3.5, one * -4.5};
  struct three three = {one, one, one};
  integers(-5 * one, 65000 * one, -70000 * one, -6000000000 * one, 10000000000000000000ull * one);
  floats(one * 1.25, one * -3.5f, at, one);
  places(one, items, "thirty-two");
  structure(three);
#ifdef __x86_64__
  thread();
#endif
}

__attribute__((used)) void start(void) {
  char c = '\n';
#ifdef __x86_64__
  /* The variables of the thread are those before the address that the thread pointer has. */
  static struct {
    long local;
    void *self;
  } thread = {77, &thread.self};
  call(ARCH_PRCTL, 0x1002, &thread.self, 0);
#endif
  do {
    call(WRITE, 1, &c, 1);
    if (call(READ, 0, &c, 1) != 1)
      call(EXIT, 0, 0, 0);
    fire();
  } while (1);
}

__asm__(".globl _start\n_start:\n"
#ifdef __x86_64__
        "\tand $-16, %rsp\n"
#else
        "\tand $-16, %esp\n"
#endif
        "\tcall start\n");
