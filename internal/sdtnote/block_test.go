package sdtnote

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// countingReader counts the reads of a file.
type countingReader struct {
	io.ReaderAt
	reads int
}

func (r *countingReader) ReadAt(b []byte, off int64) (int, error) {
	r.reads++
	return r.ReaderAt.ReadAt(b, off)
}

// TestBlocks reads random pieces, many at the edges of blocks and of the file, and compares them
// with the file.
func TestBlocks(t *testing.T) {
	content := make([]byte, 2*blockSize+1000)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range content {
		content[i] = byte(random.Uint32())
	}
	file := bytes.NewReader(content)
	e := &elfFile{r: file, block: make([]byte, 0, blockSize)}
	edges := []int64{0, blockSize, 2 * blockSize, int64(len(content))}
	sizes := []int{30, blockSize, 2 * blockSize}
	for range 100_000 {
		off := max(0, edges[random.IntN(len(edges))]+random.Int64N(40)-20)
		got := make([]byte, random.IntN(sizes[random.IntN(len(sizes))]))
		want := make([]byte, len(got))
		n, err := e.read(got, off)
		wantN, wantErr := file.ReadAt(want, off)
		// At the end of a file, a ReaderAt may add io.EOF to all bytes, or not.
		if n != wantN || !bytes.Equal(got, want) || n < len(got) && err != wantErr {
			t.Fatalf("%d bytes at %d: got %d, %v; want %d, %v", len(got), off, n, err, wantN, wantErr)
		}
	}
}

// TestBlockIsKept reads a block once, and again after another.
func TestBlockIsKept(t *testing.T) {
	file := &countingReader{ReaderAt: bytes.NewReader(make([]byte, 2*blockSize))}
	e := &elfFile{r: file, block: make([]byte, 0, blockSize)}
	piece := make([]byte, 10)
	for i, read := range []struct {
		off  int64
		want int // reads of the file so far
	}{{0, 1}, {blockSize - 10, 1}, {5, 1}, {blockSize, 2}, {blockSize + 5, 2}, {0, 3}, {0, 3},
		{blockSize - 5, 4}, {0, 4}} {
		if _, err := e.read(piece, read.off); err != nil || file.reads != read.want {
			t.Errorf("piece %d: %v, %d reads, want %d", i, err, file.reads, read.want)
		}
	}
}
