/*
 * Loads program.o, attaches each of its programs by the name of its section, as ebpf_exporter does,
 * and says so. At the end of its input it prints what the map shop_orders_total has.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>

static int print_orders(const struct bpf_map *map)
{
	char key[64], *previous = NULL;
	unsigned long long count;

	while (bpf_map_get_next_key(bpf_map__fd(map), previous, key) == 0) {
		if (bpf_map_lookup_elem(bpf_map__fd(map), key, &count))
			return 1;
		printf("%s %llu\n", key, count);
		previous = key;
	}
	return 0;
}

int main(void)
{
	struct bpf_object *object = bpf_object__open("program.o");
	struct bpf_program *program;

	if (!object || bpf_object__load(object))
		return 1;
	bpf_object__for_each_program(program, object) {
		if (!bpf_program__attach(program))
			return 1;
	}
	puts("attached");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return print_orders(bpf_object__find_map_by_name(object, "shop_orders_total"));
}
