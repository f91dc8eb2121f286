package kernel

// Inode numbers of the namespaces that the kernel starts with.
const (
	InitialPIDNamespace  = 0xeffffffc // PROC_PID_INIT_INO
	InitialUserNamespace = 0xeffffffd // PROC_USER_INIT_INO
)
