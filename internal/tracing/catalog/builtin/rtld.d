/* The dynamic linker of glibc, after "Probe-based debugger interface" in its
   elf/rtld-debugger-interface.txt */

provider rtld {
	/* The linker is about to make its list of files known, at the start of a process. */
	probe init_start(long namespace, struct r_debug *debug);

	/* The linker's list of files is complete, at the start of a process. */
	probe init_complete(long namespace, struct r_debug *debug);

	/* Files are about to be mapped. */
	probe map_start(long namespace, struct r_debug *debug);

	/* Files are mapped, of which this is the first. */
	probe map_complete(long namespace, struct r_debug *debug, struct link_map *first);

	/* Files could not be mapped. */
	probe map_failed(long namespace, struct r_debug *debug);

	/* Files are about to be relocated. */
	probe reloc_start(long namespace, struct r_debug *debug);

	/* Files are relocated, of which this is the first. */
	probe reloc_complete(long namespace, struct r_debug *debug, struct link_map *first);

	/* Files are about to be unmapped. */
	probe unmap_start(long namespace, struct r_debug *debug);

	/* Files are unmapped. */
	probe unmap_complete(long namespace, struct r_debug *debug);
};
