/* The Java virtual machine of OpenJDK, after
   https://docs.oracle.com/en/java/javase/11/vm/dtrace-probes-hotspot-vm.html. Methods, objects and
   monitors have probes in processes that were started with -XX:+ExtendedDTraceProbes. Texts come
   with their length. */

provider hotspot {
	/* The virtual machine begins to start. */
	probe vm__init__begin();

	/* The virtual machine is ready to run the program. */
	probe vm__init__end();

	/* The virtual machine shuts down. */
	probe vm__shutdown();

	/* A thread starts. */
	probe thread__start(char *name, int name_len, long thread, long os_thread, bool daemon);

	/* A thread ends. */
	probe thread__stop(char *name, int name_len, long thread, long os_thread, bool daemon);

	/* A class is loaded. */
	probe class__loaded(char *class, int class_len, void *loader, bool shared);

	/* A class is unloaded. */
	probe class__unloaded(char *class, int class_len, void *loader, bool shared);

	/* A garbage collection of the whole heap, or of a part of it, begins. */
	probe gc__begin(bool full);

	/* A garbage collection has ended. */
	probe gc__end();

	/* A memory pool is about to be collected; sizes are in bytes. */
	probe mem__pool__gc__begin(char *manager, size_t manager_len, char *pool, size_t pool_len,
		size_t initial, size_t used, size_t committed, size_t maximum);

	/* A memory pool has been collected; sizes are in bytes. */
	probe mem__pool__gc__end(char *manager, size_t manager_len, char *pool, size_t pool_len,
		size_t initial, size_t used, size_t committed, size_t maximum);

	/* A method is about to be compiled. */
	probe method__compile__begin(char *compiler, size_t compiler_len, char *class, int class_len,
		char *method, int method_len, char *signature, int signature_len);

	/* A method is compiled, or could not be. */
	probe method__compile__end(char *compiler, size_t compiler_len, char *class, int class_len,
		char *method, int method_len, char *signature, int signature_len, bool success);

	/* A compiled method is installed. */
	probe compiled__method__load(char *class, int class_len, char *method, int method_len,
		char *signature, int signature_len, void *code, size_t code_size);

	/* A compiled method is removed. */
	probe compiled__method__unload(char *class, int class_len, char *method, int method_len,
		char *signature, int signature_len);

	/* A thread wants a monitor that another one holds. */
	probe monitor__contended__enter(long thread, void *monitor, char *class, int class_len);

	/* A thread has got a monitor that it waited for. */
	probe monitor__contended__entered(long thread, void *monitor, char *class, int class_len);

	/* A thread leaves a monitor that another one wants. */
	probe monitor__contended__exit(long thread, void *monitor, char *class, int class_len);

	/* A thread begins to wait by Object.wait, for at most so many milliseconds; 0 is forever. */
	probe monitor__wait(long thread, void *monitor, char *class, int class_len, long timeout);

	/* A thread has waited by Object.wait. */
	probe monitor__waited(long thread, void *monitor, char *class, int class_len);

	/* A thread wakes another one by Object.notify. */
	probe monitor__notify(long thread, void *monitor, char *class, int class_len);

	/* A thread wakes all others by Object.notifyAll. */
	probe monitor__notifyAll(long thread, void *monitor, char *class, int class_len);

	/* An object of this many bytes is made. */
	probe object__alloc(long thread, char *class, int class_len, size_t size);

	/* A method begins. */
	probe method__entry(long thread, char *class, int class_len, char *method, int method_len,
		char *signature, int signature_len);

	/* A method returns, or leaves by an exception. */
	probe method__return(long thread, char *class, int class_len, char *method, int method_len,
		char *signature, int signature_len);
};
