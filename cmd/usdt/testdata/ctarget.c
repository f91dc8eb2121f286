// The program with probes of sys/sdt.h that the scripts trace. It prints "ready", then fires all probes once
// for each line of its input and answers "ok".
#include <stdint.h>
#include <stdio.h>
#include <sys/sdt.h>

volatile int32_t global = -7;
volatile int64_t table[4] = {10, 20, 30, 40};

int main(int argc, char **argv) {
	char line[256];
	puts("ready");
	fflush(stdout);
	for (uint64_t n = 1; fgets(line, sizeof line, stdin); n++) {
		int8_t small = (int8_t)-n;
		STAP_PROBE(csdt, none);
		STAP_PROBE2(csdt, start, n, "line");
		STAP_PROBE2(csdt, constants, -5, 1234567890123);
		STAP_PROBE3(csdt, memory, global, table[n % 4], small);
		STAP_PROBE2(csdt, end, n, (int32_t)argc);
		puts("ok");
		fflush(stdout);
	}
	return 0;
}
