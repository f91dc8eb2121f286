/* Probes with arguments in every place where compilers leave them, for TestParseCompiled. */
#include <stdint.h>
#include <sys/sdt.h>

struct item { int a; short b; char c[5]; long d; };
static struct item items[4];
struct item one;
int public[10];
static int private[64];
volatile int8_t narrow;
extern char **environ;

__attribute__((noinline)) int places(int a, unsigned b, int8_t c, uint8_t d, int16_t e, uint16_t f,
	long g, unsigned long h, char *s, int n, struct item *p)
{
	int local[10];
	for (int i = 0; i < 10; i++)
		local[i] = a * i;
	STAP_PROBE6(args, registers, a, b, c, d, e, f);
	STAP_PROBE4(args, stack, g, h, s, n);
	STAP_PROBE5(args, constants, 5, -5, 0x10000UL, -1L, '\377');
	STAP_PROBE4(args, globals, items[2].b, one.d, private[5], narrow);
	STAP_PROBE4(args, addresses, &public[3], items, environ, "text");
	STAP_PROBE6(args, indexed, local[n], local[3], p->a, p[n].d, p->c[n], private[n]);
	STAP_PROBE3(args, arrays, public[n], items[n].a, items[n].b);
	private[n] = items[n].b = n;
	return local[n] + local[2];
}

int main(int argc, char **argv)
{
	return places(argc, argc, argc, argc, argc, argc, argc, argc, argv[0], argc, &one);
}
