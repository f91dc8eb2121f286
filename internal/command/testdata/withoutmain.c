/* A process whose main thread has ended, while another one passes a probe now and then. */
#include <pthread.h>
#include <sys/sdt.h>
#include <unistd.h>

static void *serve(void *arg)
{
	for (;; usleep(10000))
		STAP_PROBE(withoutmain, hit);
	return arg;
}

int main(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, serve, NULL);
	pthread_exit(NULL);
}
