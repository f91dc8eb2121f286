// The program here holds JSON against a schema with somebody else's Go package. It is a module of its
// own, which keeps that package out of ours.
module github.com/go-usdt/usdt/test/schema/validate

go 1.25.0

toolchain go1.26.0

require github.com/santhosh-tekuri/jsonschema/v6 v6.0.3

require golang.org/x/text v0.14.0 // indirect
