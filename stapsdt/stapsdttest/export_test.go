package stapsdttest

// Patience is patience, for tests.
var Patience = patience
