// A program with pairs of probes as other programs name them. For each line of its input, two
// threads fire the begin of a collection before either fires its end, which only the thread tells
// apart; then one thread fires a pair with a number.
#include <pthread.h>
#include <stdio.h>
#include <sys/sdt.h>

static pthread_barrier_t both;

static void *collect(void *unused) {
	(void)unused;
	STAP_PROBE(app, gc__begin);
	pthread_barrier_wait(&both);
	STAP_PROBE(app, gc__end);
	return NULL;
}

int main(void) {
	char line[256];
	pthread_barrier_init(&both, NULL, 2);
	puts("ready");
	fflush(stdout);
	for (int number = 0; fgets(line, sizeof line, stdin); number++) {
		pthread_t other;
		if (pthread_create(&other, NULL, collect, NULL) != 0)
			return 1;
		collect(NULL);
		pthread_join(other, NULL);
		STAP_PROBE1(app, query__start, number);
		STAP_PROBE2(app, query__done, number, line);
		puts("ok");
		fflush(stdout);
	}
	return 0;
}
