/* A C program with Go code in an archive. */
#include <stdio.h>

extern unsigned char load(void);

int main(void) {
  puts(load() ? "EFBIG" : "another result");
  return 0;
}
