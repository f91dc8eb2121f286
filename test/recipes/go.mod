// The tests here import packages of Tetragon. They are a module of their own, which keeps Tetragon
// out of ours. "go mod tidy" fails: other packages of Tetragon import what is not in its module.
module github.com/go-usdt/usdt/test/recipes

go 1.26.0

replace github.com/go-usdt/usdt => ../..

require (
	github.com/cilium/ebpf v0.22.0
	github.com/cilium/tetragon v1.7.1
	github.com/go-usdt/usdt v0.0.0
	github.com/google/go-cmp v0.7.0
	go.yaml.in/yaml/v3 v3.0.6
	golang.org/x/sys v0.47.0
)
