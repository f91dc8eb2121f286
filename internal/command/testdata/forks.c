// A program that, for each number in its input, forks so many processes one after the other. Each
// fires a probe and ends.
#include <stdio.h>
#include <stdlib.h>
#include <sys/sdt.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
	char line[16];
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		for (int n = atoi(line); n > 0; n--) {
			pid_t child = fork();
			if (child == 0) {
				STAP_PROBE1(forking, born, n);
				_exit(0);
			}
			waitpid(child, NULL, 0);
		}
		puts("ok");
		fflush(stdout);
	}
	return 0;
}
