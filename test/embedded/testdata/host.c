// host LIBRARY: prints the path of the library's probes, and fires one for each line of input.
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
	char *(*load)(void) = library ? (char *(*)(void))dlsym(library, "load") : NULL;
	void (*fire)(void) = library ? (void (*)(void))dlsym(library, "fire") : NULL;
	char line[16];

	if (!load || !fire) {
		puts("no library");
		return 1;
	}
	puts(load());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		fire();
		puts("fired");
		fflush(stdout);
	}
	return 0;
}
