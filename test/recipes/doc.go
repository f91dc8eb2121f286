// Package recipes holds docs/recipes.md against other people's tools, as far as these can be had.
package recipes
