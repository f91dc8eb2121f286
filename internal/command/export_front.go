package command

import "github.com/go-usdt/usdt/internal/export/front"

// exportFront is what serves and sends for usdt export; nil: the program has nothing for it.
var exportFront front.Front
