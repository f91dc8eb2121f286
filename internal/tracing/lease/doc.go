// Package lease tells before somebody writes a file that is traced, who waits meanwhile.
//
// For a uprobe, the kernel keeps the instruction that was at the site when a process first mapped
// it. If the file is written in place, as cp(1) does, processes that map it later get a breakpoint
// where one was, and execute the instruction of before. They compute wrong values, or crash. The
// kernel protects a program from this as long as it runs (ETXTBSY), and nothing protects a library.
//
// The package is empty on systems other than Linux.
package lease
