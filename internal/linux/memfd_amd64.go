//go:build linux

package linux

const sysMemfdCreate = 319
