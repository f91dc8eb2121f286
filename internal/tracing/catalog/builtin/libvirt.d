/*
 * libvirt, after https://libvirt.org/kbase/systemtap.html, which names the groups of its probes, and
 * https://libvirt.org/kbase/internals/rpc.html, which says what is in a message. What these do not
 * say has been seen: here are only probes whose arguments a test compares with what libvirt does.
 */

provider libvirt {
	/* An object is made. */
	probe object_new(void *object, const char *class);
	/* An object has one more user. */
	probe object_ref(void *object);
	/* An object has one user less. */
	probe object_unref(void *object);
	/* An object that nobody uses is freed. */
	probe object_dispose(void *object);

	/* A socket is freed. */
	probe rpc_socket_dispose(void *socket);

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
