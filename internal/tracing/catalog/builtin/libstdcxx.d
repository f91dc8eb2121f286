/* The C++ library of GCC, after
   https://sourceware.org/gdb/current/onlinedocs/gdb.html/Set-Catchpoints.html */

provider libstdcxx {
	/* An exception is thrown. */
	probe throw(void *exception, void *type_info);

	/* An exception is caught. */
	probe catch(void *exception, void *type_info);

	/* An exception is thrown again. */
	probe rethrow(void *exception, void *type_info);
};
