// Package recipes holds docs/recipes.md against the tools of others, as far as these can be had.
package recipes
