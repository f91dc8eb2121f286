package process

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// FuzzParseMaps holds parseMaps to any text: what it accepts can be written and parsed again.
func FuzzParseMaps(f *testing.F) {
	f.Add("400000-452000 r-xp 00001000 08:02 173521      /usr/bin/dbus-daemon\n" +
		"7f0000000000-7f0000001000 rwxp 00000000 103:ff0 7 /a b\\012c (deleted)\n" +
		"7f0000002000-7f0000003000 r-xp 00000000 00:0d 1234                       [vdso]\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := parseMaps(strings.NewReader(text))
		if err != nil {
			return
		}
		var again strings.Builder
		for _, l := range lines {
			fmt.Fprintln(&again, l.format())
		}
		got, err := parseMaps(strings.NewReader(again.String()))
		if err != nil || !slices.Equal(got, lines) {
			t.Errorf("%q\nwritten %q\ngot  %+v, %v\nwant %+v", text, again.String(), got, err, lines)
		}
		checkGroups(t, lines)
	})
}

// format writes the line as show_map_vma in fs/proc/task_mmu.c does.
func (l mapsLine) format() string {
	perms := []byte("----")
	for i, set := range []bool{l.readable, l.writable, l.executable, true} {
		if set {
			perms[i] = "rwxs"[i]
		}
	}
	if l.private {
		perms[3] = 'p'
	}
	return fmt.Sprintf("%08x-%08x %s %08x %02x:%02x %d %s", l.Start, l.End, perms, l.Offset,
		unix.Major(l.file.dev), unix.Minor(l.file.dev), l.file.inode, l.file.name)
}

// checkGroups looks for each mapping in the groups, in which there must be nothing else.
func checkGroups(t *testing.T, lines []mapsLine) {
	t.Helper()
	groups := groupByFile(lines)
	for _, l := range lines {
		i := slices.IndexFunc(groups, func(g fileMappings) bool { return g.file == l.file })
		switch {
		case l.probeable() && (i < 0 || !slices.Contains(groups[i].executable, l.Mapping) &&
			len(groups[i].executable) < maxMappings):
			t.Errorf("%+v is in no group", l)
		case i >= 0 && len(groups[i].executable) == 0:
			t.Errorf("%+v has no probes", groups[i])
		}
	}
	for _, g := range groups {
		isOther := func(l mapsLine) bool { return l.file != g.file }
		of := len(slices.DeleteFunc(slices.Clone(lines), isOther))
		if len(g.executable)+len(g.data) > of || max(len(g.executable), len(g.data)) > maxMappings {
			t.Errorf("%d and %d mappings of %d lines", len(g.executable), len(g.data), of)
		}
	}
}

// FuzzMapsName maps a file of any name: the name is among those that the line can stand for.
func FuzzMapsName(f *testing.F) {
	f.Add("/usr/lib/libc.so.6", false)
	f.Add("/a\nb (deleted)", true)
	f.Add("/memfd: x\r", true)
	f.Fuzz(func(t *testing.T, name string, deleted bool) {
		name = "/" + strings.ReplaceAll(name, "\x00", "") // no path has a NUL
		if strings.Contains(name, "\n") && strings.Contains(name, `\012`) {
			return // ambiguous: the kernel escapes no backslash
		}
		mapped := mapsLine{file: mappedFile{inode: 1, name: strings.ReplaceAll(name, "\n", `\012`)}}
		if deleted {
			mapped.file.name += deletedSuffix
		}
		lines, err := parseMaps(strings.NewReader(mapped.format() + "\n"))
		if err != nil || len(lines) != 1 {
			t.Fatalf("%q: %d lines, %v", mapped.format(), len(lines), err)
		}
		if names := lines[0].file.names(); !slices.Contains(names, name) {
			t.Errorf("%q can be %q, not %q", mapped.format(), names, name)
		}
	})
}
