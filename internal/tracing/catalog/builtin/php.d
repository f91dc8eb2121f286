/* PHP, after https://www.php.net/manual/en/features.dtrace.php. The probes are on in processes that
   have USE_ZEND_DTRACE=1 in their environment. */

provider php {
	/* A request begins. */
	probe request__startup(char *file, char *request_uri, char *request_method);

	/* A request ends. */
	probe request__shutdown(char *file, char *request_uri, char *request_method);

	/* A script is about to be compiled. */
	probe compile__file__entry(char *compile_file, char *compile_file_translated);

	/* A script is compiled. */
	probe compile__file__return(char *compile_file, char *compile_file_translated);

	/* Code is about to run, of a function or of a file. */
	probe execute__entry(char *request_file, int lineno);

	/* Code of a function or of a file has run. */
	probe execute__return(char *request_file, int lineno);

	/* A function or method is called; scope is :: for a method. */
	probe function__entry(char *function_name, char *request_file, int lineno, char *classname,
		char *scope);

	/* A function or method returns. */
	probe function__return(char *function_name, char *request_file, int lineno, char *classname,
		char *scope);

	/* An exception is thrown. */
	probe exception__thrown(char *classname);

	/* An exception is caught. The class is where PHP has its name, which is not text in C. */
	probe exception__caught(zend_string *classname);

	/* An error has happened, whether it is reported or not. */
	probe error(char *errormsg, char *request_file, int lineno);
};
