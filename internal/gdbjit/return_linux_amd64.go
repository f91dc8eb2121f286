package gdbjit

// returnCode is the first byte of the function at code: ret.
const returnCode = 0xc3
