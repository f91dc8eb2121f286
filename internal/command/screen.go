package command

import (
	"fmt"
	"io"
)

// A screen shows tables on a terminal, each over the one before.
type screen struct {
	w       io.Writer
	columns func() int
	rows    func() int
	lines   int // of the table on the screen
}

// newScreen returns the screen of the terminal that w is.
func newScreen(w io.Writer) screen {
	return screen{
		w:       w,
		columns: func() int { return terminalWidth(w) },
		rows:    func() int { return terminalHeight(w) },
	}
}

func (s *screen) show(t *table) error {
	t.fit(max(s.columns()-1, 1)) // the last column stays free: it could wrap
	text := s.erased()
	s.lines = 1 + len(t.columns[0].cells)
	_, err := io.WriteString(s.w, text+t.String())
	return err
}

// erased returns what erases the table on the screen.
func (s *screen) erased() string {
	if s.lines == 0 {
		return ""
	}
	text := fmt.Sprintf("\x1b[%dF\x1b[J", s.lines)
	s.lines = 0
	return text
}
