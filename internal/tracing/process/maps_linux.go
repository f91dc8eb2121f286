package process

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A Mapping is a range of a process's memory that shows a file.
type Mapping struct {
	Start, End uint64 // addresses
	Offset     uint64 // of Start, in bytes into the file
}

// address returns where an offset into the file is, if it is in the mapping.
func (m Mapping) address(offset uint64) (address uint64, ok bool) {
	return m.Start + (offset - m.Offset), offset >= m.Offset && offset-m.Offset < m.End-m.Start
}

// A mapsLine is a line of /proc/PID/maps about a file.
type mapsLine struct {
	Mapping
	readable, writable, executable, private bool
	file                                    mappedFile
}

// A mappedFile is a file as /proc/PID/maps has it. Only the numbers and the name together tell
// files apart.
type mappedFile struct {
	dev, inode uint64
	name       string // as in /proc/PID/maps, escapes included; names decodes it
}

// probeable reports whether the kernel puts breakpoints of uprobes into the mapping: see valid_vma
// in kernel/events/uprobes.c.
func (l mapsLine) probeable() bool { return l.private && l.executable && !l.writable }

// parseMaps decodes the format of proc_pid_maps(5). It leaves out memory that shows no file.
func parseMaps(r io.Reader) ([]mapsLine, error) {
	var lines []mapsLine
	s := bufio.NewScanner(r)
	s.Split(scanLine)
	for s.Scan() {
		l, err := parseMapsLine(s.Text())
		if err != nil {
			return nil, fmt.Errorf("line %q: %w", s.Text(), err)
		}
		if l.file.inode != 0 && strings.HasPrefix(l.file.name, "/") {
			lines = append(lines, l)
		}
	}
	return lines, s.Err()
}

// scanLine is bufio.ScanLines, but keeps a carriage return before the line feed: it is part of a
// name.
func scanLine(data []byte, atEOF bool) (advance int, line []byte, err error) {
	if end := bytes.IndexByte(data, '\n'); end >= 0 {
		return end + 1, data[:end], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

func parseMapsLine(text string) (l mapsLine, err error) {
	var f [5]string // address, permissions, offset, device, inode
	rest := text
	for i := range f {
		f[i], rest, _ = strings.Cut(rest, " ")
	}
	l.file.name = strings.TrimLeft(rest, " ")

	perms := f[1]
	if len(perms) != len("rwxp") {
		return l, fmt.Errorf("permissions %q", perms)
	}
	l.readable, l.writable = perms[0] == 'r', perms[1] == 'w'
	l.executable, l.private = perms[2] == 'x', perms[3] == 'p'

	if l.Start, l.End, err = parseHexPair(f[0], "-"); err != nil {
		return l, err
	}
	if l.Offset, err = strconv.ParseUint(f[2], 16, 64); err != nil {
		return l, err
	}
	major, minor, err := parseHexPair(f[3], ":")
	if err != nil {
		return l, err
	}
	l.file.dev = unix.Mkdev(uint32(major), uint32(minor)) // #nosec G115 -- 12 and 20 bits
	l.file.inode, err = strconv.ParseUint(f[4], 10, 64)
	return l, err
}

func parseHexPair(s, separator string) (a, b uint64, err error) {
	first, second, _ := strings.Cut(s, separator)
	if a, err = strconv.ParseUint(first, 16, 64); err != nil {
		return 0, 0, err
	}
	b, err = strconv.ParseUint(second, 16, 64)
	return a, b, err
}

const deletedSuffix = " (deleted)"

// names returns the names that the name can stand for, the likeliest first. The kernel writes a
// line feed as \012 but leaves backslashes alone, and it marks a deleted file by a suffix that may
// also be part of a name.
func (f mappedFile) names() []string {
	names := []string{f.name}
	if unescaped := unescape(f.name); unescaped != f.name {
		names = []string{unescaped, f.name}
	}
	for _, name := range names {
		if stripped, ok := strings.CutSuffix(name, deletedSuffix); ok {
			names = append(names, stripped)
		}
	}
	return names
}

func unescape(s string) string { return strings.ReplaceAll(s, `\012`, "\n") }

// fileMappings are the mappings of one file in one process.
type fileMappings struct {
	file       mappedFile
	executable []Mapping // where uprobes work
	data       []Mapping // where semaphores are counted
}

// groupByFile returns the files that are mapped where uprobes work, in the order of the lines.
func groupByFile(lines []mapsLine) []fileMappings {
	var files []fileMappings
	index := make(map[mappedFile]int)
	for _, l := range lines {
		i, known := index[l.file]
		if !known {
			i = len(files)
			index[l.file] = i
			files = append(files, fileMappings{file: l.file})
		}
		switch f := &files[i]; {
		case l.probeable() && len(f.executable) < maxMappings:
			f.executable = append(f.executable, l.Mapping)
		case l.private && l.writable && len(f.data) < maxMappings:
			f.data = append(f.data, l.Mapping)
		}
	}
	executable := files[:0]
	for _, f := range files {
		if len(f.executable) > 0 {
			executable = append(executable, f)
		}
	}
	return executable
}
