// Package provider reads and writes descriptions of probes in DTrace's syntax of providers, in
// which programs declare theirs:
//
//	typedef unsigned int Oid;
//
//	provider postgresql {
//		/* A query has come. */
//		probe query__start(const char *query);
//		probe deadlock__found();
//		probe relation__open(Oid, bool);
//	};
//
// The names of providers and probes are those of the notes, so a__b stays a__b, although DTrace
// itself shows it as a-b. A comment right before a probe describes it. Parameters may have names.
// char * is the address of text that ends with a NUL; any other pointer is just an address, and so
// is an array. Two types are DTrace's own: string, which is text like char *, and hrtime_t, which
// is nanoseconds. A name without a typedef stands for an integer of the note's size and sign.
//
// Text with a length, and bytes, take two places of the note. They are declared by names: a char *
// followed by an integer whose name is the same with _len is text of that many bytes, and a void *,
// unsigned char * or uint8_t * with such an integer is bytes.
//
//	probe class__loaded(char *name, uintptr_t name_len, void *loader, bool shared);
//
// A probe may be declared several times with different numbers of arguments, as different versions
// of its program have it.
//
// Files are taken as they are found in the sources of programs. In lines that begin with #, only
// #define NAME TYPE is obeyed; all others, such as #pragma D attributes, are comments. Structures
// are passed over.
//
// Anybody may have written a file. Reading takes time and memory that are linear in its size, which
// is bounded.
package provider
