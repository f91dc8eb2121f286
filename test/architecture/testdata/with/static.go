//go:build static

package main

import _ "github.com/go-usdt/usdt/stapsdt/static"
