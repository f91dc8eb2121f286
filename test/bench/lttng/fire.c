/* Reads lines of a tracepoint's name and a number, fires the tracepoint as often as that, and
 * answers "fired", or "off" while no session has the tracepoint. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "bench.h"

#include <stdio.h>
#include <string.h>

/* Not a constant, as in the Go program. */
static const char *volatile customer = "customer-4711.eu";

static int fire(const char *name, int64_t n)
{
	if (strcmp(name, "ints") == 0) {
		if (!lttng_ust_tracepoint_enabled(bench, ints)) {
			return -1;
		}
		for (int64_t i = 0; i < n; i++) {
			lttng_ust_tracepoint(bench, ints, i, i);
		}
		return 0;
	}
	if (!lttng_ust_tracepoint_enabled(bench, text)) {
		return -1;
	}
	const char *s = customer;
	for (int64_t i = 0; i < n; i++) {
		lttng_ust_tracepoint(bench, text, s, i);
	}
	return 0;
}

int main(void)
{
	char name[16];
	long long n;

	while (scanf("%15s %lld", name, &n) == 2) {
		puts(fire(name, n) == 0 ? "fired" : "off");
		fflush(stdout);
	}
	return 0;
}
