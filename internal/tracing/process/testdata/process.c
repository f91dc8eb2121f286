/* A process with probes, for the tests of package process. Each argument is a letter and a file.
 * The letter says how to map the file: x as probes need it, w writable, s shared, d by the dynamic
 * linker. The process prints the address of main. Then, for each line of its input, it increments
 * the semaphore of its probe counted, and answers with a line. With the argument thread, another
 * thread does that, and the main thread ends. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

unsigned short process_counted_semaphore __attribute__((section(".probes")));
unsigned short process_other_semaphore __attribute__((section(".probes")));

static void *map(const char *file, int prot, int flags)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);
	void *p = mmap(NULL, 8192, PROT_READ | PROT_EXEC | prot, flags, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

int main(int argc, char **argv);

static void *serve(void *main_thread)
{
	if (main_thread != NULL)
		pthread_join(*(pthread_t *)main_thread, NULL);
	printf("%p\n", (void *)main);
	fflush(stdout);
	for (int c; (c = getchar()) != EOF;) {
		if (c != '\n')
			continue;
		STAP_PROBE1(process, counted, c);
		STAP_PROBE1(process, other, c);
		process_counted_semaphore++;
		puts("ok");
		fflush(stdout);
	}
	exit(0);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "thread") == 0) {
			static pthread_t main_thread;
			pthread_t thread;
			main_thread = pthread_self();
			pthread_create(&thread, NULL, serve, &main_thread);
			pthread_exit(NULL);
		}
		const char *file = argv[i] + 1;
		void *p = NULL;
		switch (argv[i][0]) {
		case 'x': p = map(file, 0, MAP_PRIVATE); break;
		case 'w': p = map(file, PROT_WRITE, MAP_PRIVATE); break;
		case 's': p = map(file, 0, MAP_SHARED); break;
		case 'd': p = dlopen(file, RTLD_NOW); break;
		}
		if (p == NULL) {
			perror(argv[i]);
			return 1;
		}
	}
	serve(NULL);
}
