/* A program whose probe page:text points into a page that is not there: its faults go to a
 * userfaultfd. With the argument "serve", a thread brings the page when it is wanted. Otherwise the
 * page never comes. The program writes an empty line as soon as it runs. Whenever it reads a byte,
 * it fires the probe and writes an empty line. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sdt.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { page_size = 4096 };

static int faults;

static void *serve(void *unused) {
  static char content[page_size] __attribute__((aligned(page_size))) = "has come";
  struct uffd_msg message;
  (void)unused;
  while (read(faults, &message, sizeof message) == sizeof message) {
    struct uffdio_copy copy = {.src = (unsigned long)content, .len = page_size};
    copy.dst = message.arg.pagefault.address & -(unsigned long)page_size;
    if (ioctl(faults, UFFDIO_COPY, &copy) != 0)
      perror("UFFDIO_COPY");
  }
  return NULL;
}

int main(int argc, char **argv) {
  (void)argv;
  faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
  char *page = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct uffdio_api api = {.api = UFFD_API};
  struct uffdio_register missing = {.range = {(unsigned long)page, page_size},
                                    .mode = UFFDIO_REGISTER_MODE_MISSING};
  pthread_t server;
  if (ioctl(faults, UFFDIO_API, &api) != 0 || ioctl(faults, UFFDIO_REGISTER, &missing) != 0 ||
      (argc > 1 && pthread_create(&server, NULL, serve, NULL) != 0)) {
    perror("userfaultfd");
    return 1;
  }
  char c;
  do {
    if (write(1, "\n", 1) != 1)
      return 1;
    if (read(0, &c, 1) != 1)
      return 0;
    STAP_PROBE2(page, text, page, 7L);
  } while (1);
}
