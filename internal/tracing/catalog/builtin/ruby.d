/* Ruby, after https://docs.ruby-lang.org/en/master/dtrace_probes_rdoc.html. Ruby 3 fires those of
   methods that are written in Ruby only while the program has a TracePoint for calls. */

provider ruby {
	/* A method is about to be called, from this line. */
	probe method__entry(const char *classname, const char *methodname, const char *filename,
		int lineno);

	/* A method has returned. */
	probe method__return(const char *classname, const char *methodname, const char *filename,
		int lineno);

	/* A method that is written in C is about to be called, from this line. */
	probe cmethod__entry(const char *classname, const char *methodname, const char *filename,
		int lineno);

	/* A method that is written in C is about to return. */
	probe cmethod__return(const char *classname, const char *methodname, const char *filename,
		int lineno);

	/* A file is required. */
	probe require__entry(const char *requiredfile, const char *filename, int lineno);

	/* A require is about to return; not when it has raised an exception. */
	probe require__return(const char *requiredfile, const char *filename, int lineno);

	/* A required file is about to be looked for. */
	probe find__require__entry(const char *requiredfile, const char *filename, int lineno);

	/* A required file has been looked for. */
	probe find__require__return(const char *requiredfile, const char *filename, int lineno);

	/* A file is loaded. */
	probe load__entry(const char *loadedfile, const char *filename, int lineno);

	/* A load returns. */
	probe load__return(const char *loadedfile, const char *filename, int lineno);

	/* An exception is raised. */
	probe raise(const char *classname, const char *filename, int lineno);

	/* An object is about to be made. */
	probe object__create(const char *classname, const char *filename, int lineno);

	/* An Array of this length is about to be made. */
	probe array__create(long length, const char *filename, int lineno);

	/* A Hash of this length is about to be made. */
	probe hash__create(long length, const char *filename, int lineno);

	/* A String of this length is about to be made. */
	probe string__create(long length, const char *filename, int lineno);

	/* A Symbol is about to be made. */
	probe symbol__create(const char *str, const char *filename, int lineno);

	/* A file is about to be parsed and compiled. */
	probe parse__begin(const char *sourcefile, int lineno);

	/* A file is parsed and compiled. */
	probe parse__end(const char *sourcefile, int lineno);

	/* The garbage collector begins to mark. */
	probe gc__mark__begin();

	/* The garbage collector has marked. */
	probe gc__mark__end();

	/* The garbage collector begins to sweep. */
	probe gc__sweep__begin();

	/* The garbage collector has swept. */
	probe gc__sweep__end();
};
