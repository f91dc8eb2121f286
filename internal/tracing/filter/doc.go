// Package filter is the language of --where: a filter says which events of a probe are wanted.
//
//	arg0 > 100 && arg1 == "GET"
//	arg0 & 0x4                      a bit of arg0 is set
//	arg0 & 0xff == 3 || !(pid == 1)
//	'a' <= arg0 && arg0 <= 'z'
//	arg0 < arg1
//
// The terms are the probe's arguments, pid, tid, and integers of up to 64 bits, signed or unsigned.
// Arguments are arg0, arg1 and so on, or the names that the probe gives them, which Bind replaces.
// Integers are written as in Go: 100, -1, 0x64, 0o144, 0b1100100, 1_000, 'd'. A time, such as
// 1.5ms, is its number of nanoseconds; true is 1, and false is 0. A term alone means that it is not
// zero. & selects some bits of a term; it binds tighter than a comparison, as in Go but not as in
// C. Strings, too, are written as in Go. They can be compared by == and != only, with an argument
// that is the address of text: text that ends with a NUL or, if Bind says so, that is as long as
// the next argument says. The operators, from tight to loose, are ! & (== != < <= > >=) && ||.
//
// Integers compare by their mathematical value: an int64 of -1 is less than any uint64. A term with
// a mask is never negative: (arg0 & 0xff) is the low byte of the sign-extended 64-bit value.
//
// A comparison with something that could not be read, such as text at a bad address, is false,
// whichever its operator. A ! around that comparison is then true.
//
// Parse makes a tree, which package uprobe compiles for the kernel. Eval specifies what the tree
// means. Trees are values: nothing changes them, any goroutine may use them, and == compares them.
package filter
