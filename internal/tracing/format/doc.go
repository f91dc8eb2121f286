// Package format is the language in which a user says how events are written: 'id=%d name=%s'.
//
// A directive consists of %, flags, a width, .precision and a verb, as in %-10.5s. Only the % and
// the verb are required. The first directive takes arg0, and each other directive takes the
// argument after those of the directive before it. [argN] or [NAME], right after the % or right
// before the verb, chooses another argument: %[arg2]d, %[customer]s. Arguments count from 0, as in
// filters and in other tracers. %[2]d, which is the second argument in Go's fmt, is refused. Bind
// replaces names.
//
//	%d %i     integer, signed as the probe says
//	%u        integer, unsigned
//	%x %X %o  bits of the argument's size, in hexadecimal or octal
//	%p        the same in hexadecimal, after 0x
//	%c        character (code point)
//	%f %e %g  the argument's bits as a float64 or float32: it must have 8 or 4 bytes
//	%s        NUL-terminated text at the address; the precision is the most bytes that are read
//	%b        bytes, quoted as by Go's %q; takes two arguments, the address and the number of bytes
//	%v        what the type says that the probe gives the argument, as usdt trace shows it
//	%%        a percent sign
//
// The flags are - (pad on the right), 0 (pad numbers with zeros) and # (0x before %x). The width is
// the least number of characters. The precision of an integer is its least number of digits, that
// of %f and %e the number of digits after the point (6 by default), and that of %g the number of
// digits. C's length modifiers (%ld, %llx, %zu) are accepted and ignored, because the probe says
// the sizes. Outside of directives, \n, \t, \e, \x1b, \\ and the other escapes of Go are replaced.
package format
