//go:build cgo

package main

// int add(int a, int b) { return a + b; }
import "C"

var sum = C.add(1, 2)
