/* libvirt, after https://libvirt.org/kbase/systemtap.html */

provider libvirt {
	/* An object is made. */
	probe object_new(void *object, const char *class);
	/* An object has one more user. */
	probe object_ref(void *object);
	/* An object has one user less. */
	probe object_unref(void *object);
	/* An object that nobody uses is freed. */
	probe object_dispose(void *object);

	/* A socket is made, with the addresses of its two ends. */
	probe rpc_socket_new(void *socket, int fd, int error_fd, pid_t peer_pid, const char *local,
		const char *remote);
	/* A socket is freed. */
	probe rpc_socket_dispose(void *socket);
	/* A file descriptor is sent. */
	probe rpc_socket_send_fd(void *socket, int fd);
	/* A file descriptor is received. */
	probe rpc_socket_recv_fd(void *socket, int fd);

	/* A client is made. */
	probe rpc_client_new(void *client, void *socket);
	/* A client is freed. */
	probe rpc_client_dispose(void *client);
	/* A client is about to send a message of so many bytes. */
	probe rpc_client_msg_tx_queue(void *client, int len, int program, int version, int procedure,
		int type, int status, int serial);
	/* A client has received a message of so many bytes. */
	probe rpc_client_msg_rx(void *client, int len, int program, int version, int procedure,
		int type, int status, int serial);

	/* A server has a new client. */
	probe rpc_server_client_new(void *client, void *socket);
	/* A server has lost a client. */
	probe rpc_server_client_dispose(void *client);
	/* A server is about to send a message of so many bytes to a client. */
	probe rpc_server_client_msg_tx_queue(void *client, int len, int program, int version,
		int procedure, int type, int status, int serial);
	/* A server has received a message of so many bytes from a client. */
	probe rpc_server_client_msg_rx(void *client, int len, int program, int version,
		int procedure, int type, int status, int serial);
};
