// Package format is the language in which a user says how events are written: 'id=%d name=%s'.
//
// A directive is %, flags, width, .precision and a verb, of which only the first and the last must
// be there: %-10.5s. It takes the next argument: the first directive arg0, each other the one after
// those of the directive before it. [argN] right after the % or right before the verb chooses
// another: %[arg2]d. Arguments count from 0, as in filters and in other tracers; %[2]d, which is
// the second in Go's fmt, is refused.
//
//	%d %i     integer, signed as the probe says
//	%u        integer, unsigned
//	%x %X %o  its bits in hexadecimal or octal, as many as the argument has
//	%p        the same with 0x before it
//	%c        character (code point)
//	%f %e %g  float64 or float32 of the argument's bits: it must have 8 or 4 bytes
//	%s        NUL-terminated text at the address; the precision is how many bytes are read at most
//	%b        bytes, quoted as by %q of Go; takes two arguments, their address and their number
//	%%        a percent sign
//
// The flags are - (pad on the right), 0 (pad numbers with zeros) and # (0x before %x). The width is
// a minimum of characters; the precision of an integer a minimum of digits, of %f and %e how many
// digits follow the point (6 when not given), of %g how many digits there are. C's length modifiers
// (%ld, %llx, %zu) are accepted and mean nothing: sizes are the probe's. Outside of directives, \n,
// \t, \e, \x1b, \\ and the other escapes of Go are replaced.
package format
