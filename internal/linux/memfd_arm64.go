//go:build linux

package linux

const sysMemfdCreate = 279
