module github.com/go-usdt/usdt

go 1.24.0

toolchain go1.26.0

require (
	github.com/google/go-cmp v0.7.0
	golang.org/x/sys v0.40.0
)
