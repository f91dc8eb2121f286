package process

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// ldCache is the file in which the dynamic linker of glibc has the paths of libraries.
const ldCache = "/etc/ld.so.cache"

// cached returns the paths of a library that the dynamic linker's cache has.
func (l *loading) cached(name string) []string {
	if l.cache == nil {
		l.cache = parseLDCache(l.readLDCache())
	}
	return l.cache[name]
}

// readLDCache returns nothing where there is no cache.
func (l *loading) readLDCache() []byte {
	file, err := openPath(l.watch, ldCache, 0)
	if err != nil {
		return nil
	}
	defer file.close()
	f, err := file.open(l.watch)
	if err != nil {
		return nil
	}
	defer f.close()
	const most = 16 << 20
	data, err := io.ReadAll(io.NewSectionReader(f, 0, min(file.id.Size, most)))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	return data
}

// parseLDCache returns the paths of each library. The layout is that of dl-cache.h of glibc since
// 2.2, perhaps behind an older one: a header of 48 bytes, with the number of entries after the
// magic; entries of 24 bytes, with the places of name and path, counted from the header, after the
// flags.
func parseLDCache(data []byte) map[string][]string {
	paths := make(map[string][]string)
	magic := []byte("glibc-ld.so.cache1.1")
	at := bytes.Index(data, magic)
	if at < 0 {
		return paths
	}
	const headerSize, entrySize = 48, 24
	data = data[at:]
	if len(data) < headerSize {
		return paths
	}
	n := binary.NativeEndian.Uint32(data[len(magic):])
	text := func(offset uint32) string {
		if uint64(offset) >= uint64(len(data)) {
			return ""
		}
		text, _, _ := bytes.Cut(data[offset:], []byte{0})
		return string(text)
	}
	for entry := headerSize; n > 0 && entry+entrySize <= len(data); entry += entrySize {
		name := text(binary.NativeEndian.Uint32(data[entry+4:]))
		paths[name] = append(paths[name], text(binary.NativeEndian.Uint32(data[entry+8:])))
		n--
	}
	return paths
}
