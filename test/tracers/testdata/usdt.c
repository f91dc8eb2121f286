// usdt OBJECT PATH PROVIDER PROBE: prints the six arguments of each event, in all processes.
#include <stdio.h>

#include <bpf/libbpf.h>

static int print(void *unused, void *data, size_t size)
{
	const long *arg = data;

	(void)unused;
	(void)size;
	printf("%lu %ld %ld %ld %ld %ld\n", (unsigned long)arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	return fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		return 1;
	struct bpf_program *program = bpf_object__find_program_by_name(object, "send");
	if (!bpf_program__attach_usdt(program, -1, argv[2], argv[3], argv[4], NULL))
		return 1;
	int map = bpf_object__find_map_fd_by_name(object, "events");
	struct ring_buffer *events = ring_buffer__new(map, print, NULL, NULL);
	if (!events)
		return 1;
	puts("attached");
	fflush(stdout);
	while (ring_buffer__poll(events, -1) >= 0)
		;
	return 1;
}
