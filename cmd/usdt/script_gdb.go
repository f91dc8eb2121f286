//go:build linux

package main

import "fmt"

// gdbArgs is how many arguments gdb knows: $_probe_arg0 to $_probe_arg11.
const gdbArgs = 12

// gdbScript prints from within a breakpoint that does not stop.
func gdbScript(p tracedProbe) (string, error) {
	args := p.readable(gdbArgs)
	if err := p.checkForms("gdb", args, false); err != nil {
		return "", err
	}
	format, values := p.String(), ""
	for i, a := range args {
		verb, typ := "%lu", "unsigned long"
		switch {
		case a.form == asText:
			verb, typ = "%s", "char *"
		case a.Signed:
			verb, typ = "%ld", "long"
		}
		format += " " + label(i) + verb
		values += fmt.Sprintf(",(%s)$_probe_arg%d", typ, i)
	}
	print := fmt.Sprintf(`dprintf -probe-stap %v,"%s\n"%s`, p, format, values)
	script := p.header("until Ctrl-C, stopping it for a moment at each")
	for _, o := range p.objects {
		for _, address := range o.Addresses(o.Notes[0]) {
			script += fmt.Sprintf("# If gdb finds no such probe, have it read the file: -ex 'add-symbol-file %s -o %#x'\n",
				o.Path, address-o.Notes[0].Address)
		}
	}
	return script + fmt.Sprintf("exec gdb -nx -batch -p %d \\\n\t-ex %s \\\n\t-ex continue\n", p.pid, shellQuote(print)), nil
}
