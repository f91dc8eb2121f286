package gdbjit

// returnCode is the first byte of the function at code: ret, 0xd65f03c0.
const returnCode = 0xc0
