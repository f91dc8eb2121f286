package kernel

// Inode numbers of the namespaces that the kernel starts with.
const (
	InitialCgroupNamespace = 0xeffffffb // PROC_CGROUP_INIT_INO
	InitialPIDNamespace    = 0xeffffffc // PROC_PID_INIT_INO
	InitialUserNamespace   = 0xeffffffd // PROC_USER_INIT_INO
)
