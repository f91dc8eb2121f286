/* Symbols of each kind that matters, for TestSymbolAddressesLinked. */
int global = 1;
static int local = 2;
int zeroed;
_Thread_local int of_thread = 3;
static _Thread_local long of_thread_too = 4;
extern char **environ;

int *both(void)
{
	static int twice = 4;
	return &twice + local;
}

int *again(void)
{
	static int twice = 5;
	return &twice + of_thread + of_thread_too + (environ != 0);
}
