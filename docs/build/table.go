package main

import "strings"

// Where a table of Pandoc's JSON has its parts, and its rows and cells theirs.
const (
	tableColumns, tableHead, tableBodies = 2, 3, 4
	headRows, bodyRows                   = 1, 3
	rowCells                             = 1
	cellBlocks                           = 4
)

// adaptTable returns a table in a division, which can scroll. Its columns are as wide as a browser
// wants them: for a page of Markdown with long lines, Pandoc fixes their widths.
func adaptTable(table element) element {
	for _, column := range part[[]any](table, tableColumns) {
		column.([]any)[1] = element{"t": "ColWidthDefault"}
	}
	inside := newElement("Table", table["c"])
	return newElement("Div", []any{attributes("", "table"), []any{inside}})
}

// fitTable gives the columns of a table their parts of a sheet of paper. A table whose words do not
// have room side by side has small letters.
func fitTable(table element) {
	columns := columnsOf(table)
	words := 0
	for _, c := range columns {
		words += c.word
	}
	if words > room {
		setPart(table, 0, attributes("", "dense"))
	}
	for i, share := range shares(columns) {
		column := part[[]any](table, tableColumns)[i].([]any)
		column[1] = newElement("ColWidth", share)
	}
}

const room = 96 // characters side by side on a sheet

// column has the numbers of characters of a column's longest word and longest cell.
type column struct{ word, cell int }

// shares returns which part of a sheet's width each column gets. If there is room, that is what its
// longest cell needs; otherwise what its longest word needs, and more where cells are longer; or
// less, if there is no room even for words, which are broken then.
func shares(columns []column) []float64 {
	var words, cells float64
	for _, c := range columns {
		words += float64(c.word)
		cells += float64(c.cell)
	}
	all := make([]float64, len(columns))
	for i, c := range columns {
		word, cell := float64(c.word), float64(c.cell)
		switch {
		case cells <= room:
			all[i] = cell / room
		case words >= room:
			all[i] = word / words
		default:
			all[i] = (word + (room-words)*(cell-word)/(cells-words)) / room
		}
	}
	return all
}

func columnsOf(table element) []column {
	const margins = 3 // characters
	all := make([]column, len(part[[]any](table, tableColumns)))
	rows := part[[]any](table, tableHead)[headRows].([]any)
	for _, body := range part[[]any](table, tableBodies) {
		rows = append(rows, body.([]any)[bodyRows].([]any)...)
	}
	for _, row := range rows {
		for i, cell := range row.([]any)[rowCells].([]any) {
			text := plain(cell.([]any)[cellBlocks])
			all[i].cell = max(all[i].cell, len([]rune(text))+margins)
			for word := range strings.FieldsSeq(text) {
				all[i].word = max(all[i].word, len([]rune(word))+margins)
			}
		}
	}
	return all
}
