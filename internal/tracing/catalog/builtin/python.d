/* CPython, after https://docs.python.org/3/howto/instrumentation.html */

provider python {
	/* A Python function begins. */
	probe function__entry(const char *filename, const char *funcname, int lineno);

	/* A Python function returns, or leaves by an exception. */
	probe function__return(const char *filename, const char *funcname, int lineno);

	/* A line of Python is about to run. */
	probe line(const char *filename, const char *funcname, int lineno);

	/* A garbage collection of this generation begins. */
	probe gc__start(int generation);

	/* A garbage collection has ended, and has freed this many objects. */
	probe gc__done(long collected);

	/* An import looks for a module. */
	probe import__find__load__start(const char *modulename);

	/* An import has found the module and loaded it, or has not. */
	probe import__find__load__done(const char *modulename, bool found);

	/* The interpreter raises an audit event, with a tuple of arguments. */
	probe audit(const char *event, PyObject *args);
};
