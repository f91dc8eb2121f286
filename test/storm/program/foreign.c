//go:build linux && cgo

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void callBack(uintptr_t f); // in Go

static void *run(void *f) {
	callBack((uintptr_t)f);
	return NULL;
}

// callFromThread calls f from a new thread, and waits for it.
void callFromThread(uintptr_t f) {
	pthread_t thread;
	if (pthread_create(&thread, NULL, run, (void *)f) != 0 || pthread_join(thread, NULL) != 0) {
		perror("pthread");
		abort();
	}
}
