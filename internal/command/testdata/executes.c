// A program that executes another one, without probes, when it is told to.
#include <stdio.h>
#include <sys/sdt.h>
#include <unistd.h>

int main(void) {
	char line[16];

	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 0;
	DTRACE_PROBE(executing, told);
	execl("/bin/sh", "sh", "-c", "echo ok; cat", (char *)NULL);
	return 1;
}
