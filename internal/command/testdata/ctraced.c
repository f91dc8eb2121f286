// The program with probes of sys/sdt.h that the scripts trace. It prints "ready", then fires all
// probes once for each line of its input and answers "ok". After the line "pulse" it also fires
// them every 10 ms.
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sdt.h>

volatile int32_t global = -7;
volatile int64_t table[4] = {10, 20, 30, 40};

static void fire(uint64_t n, int32_t status) {
	volatile int32_t local = -7;
	int8_t small = (int8_t)-n;
	STAP_PROBE(csdt, none);
	STAP_PROBE2(csdt, start, n, "line");
	STAP_PROBE2(csdt, constants, -5, 1234567890123);
	STAP_PROBE3(csdt, memory, local, table[n % 4], small);
	STAP_PROBE1(csdt, global, global);
	STAP_PROBE1(csdt, twice, -1);
	STAP_PROBE1(csdt, twice, 2ULL);
	STAP_PROBE2(csdt, end, n, status);
}

int main(int argc, char **argv) {
	struct pollfd input = {.fd = 0, .events = POLLIN};
	char line[256];
	int timeout = -1; // in ms, none
	puts("ready");
	fflush(stdout);
	for (uint64_t n = 1;; n++) {
		if (poll(&input, 1, timeout) > 0) {
			if (!fgets(line, sizeof line, stdin))
				return 0;
			if (strcmp(line, "pulse\n") == 0)
				timeout = 10;
			puts("ok");
			fflush(stdout);
		}
		fire(n, (int32_t)argc);
	}
}
