package process

import "time"

// SetWait makes r wait as long for each file that does not answer.
func (r *Reader) SetWait(wait time.Duration) { r.patience.wait = wait }
