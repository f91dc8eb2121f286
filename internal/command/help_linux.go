package command

import "github.com/go-usdt/usdt/internal/tracing/rights"

// kernelHelp is what help says of tracing by the kernel.
var kernelHelp = scopeHelp + commandHelp + waitForPagesHelp + rights.Help
