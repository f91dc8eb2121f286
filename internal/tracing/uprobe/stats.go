package uprobe

// MaxStats is how many arguments of a hit are added up.
const MaxStats = 8
