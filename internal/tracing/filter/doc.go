// Package filter is the language of --where: which events of a probe are wanted.
//
//	arg0 > 100 && arg1 == "GET"
//	arg0 & 0x4                      a bit of it is set
//	arg0 & 0xff == 3 || !(pid == 1)
//	'a' <= arg0 && arg0 <= 'z'
//	arg0 < arg1
//
// Operands are the probe's arguments arg0 to arg11, pid and tid, and integers up to 64 bits, signed or
// not, written as in Go (100, -1, 0x64, 0o144, 0b1100100, 1_000, 'd'). An operand alone means that it is
// not zero. & takes some bits of an operand; it binds tighter than a comparison, as in Go and not as in
// C. Strings are written as in Go too and are compared by == and != only; the argument is then the
// address of NUL-terminated text. From tight to loose: ! & (== != < <= > >=) && ||.
//
// Integers compare as numbers of mathematics, so that an int64 of -1 is less than any uint64. An operand
// with a mask is never negative: (arg0 & 0xff) is the low byte of the sign-extended 64-bit value.
//
// What could not be read (text at a bad address) makes the comparison it is in false, whichever its
// operator; a ! around that comparison is then true.
//
// Parse makes the tree, which the engine compiles for the kernel; Eval is the specification of its
// meaning. Trees are values: nothing changes them, any goroutine may use them, and == compares them.
package filter
