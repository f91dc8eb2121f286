/* PostgreSQL, after https://www.postgresql.org/docs/current/dynamic-trace.html. Where there are two
   forms of a probe, the first is that of PostgreSQL 15. */

typedef unsigned int LocalTransactionId;
typedef unsigned int BlockNumber;
typedef unsigned int Oid;

provider postgresql {
	/* A transaction begins. */
	probe transaction__start(LocalTransactionId transaction);

	/* A transaction has succeeded. */
	probe transaction__commit(LocalTransactionId transaction);

	/* A transaction has failed. */
	probe transaction__abort(LocalTransactionId transaction);

	/* A query is about to be processed. */
	probe query__start(const char *query);

	/* A query is processed. */
	probe query__done(const char *query);

	/* A query is about to be parsed. */
	probe query__parse__start(const char *query);

	/* A query is parsed. */
	probe query__parse__done(const char *query);

	/* A query is about to be rewritten. */
	probe query__rewrite__start(const char *query);

	/* A query is rewritten. */
	probe query__rewrite__done(const char *query);

	/* A query is about to be planned. */
	probe query__plan__start();

	/* A query is planned. */
	probe query__plan__done();

	/* A query is about to be executed. */
	probe query__execute__start();

	/* A query is executed. */
	probe query__execute__done();

	/* The server process shows another status in pg_stat_activity. */
	probe statement__status(const char *status);

	/* A checkpoint begins, of a kind that bits tell. */
	probe checkpoint__start(int flags);

	/* A checkpoint has ended: buffers written and in all, and WAL files. */
	probe checkpoint__done(int written, int buffers, int wal_added, int wal_removed,
		int wal_recycled);

	/* The CLOG part of a checkpoint begins; not normal is one at shutdown. */
	probe clog__checkpoint__start(bool normal);

	/* The CLOG part of a checkpoint has ended. */
	probe clog__checkpoint__done(bool normal);

	/* The SUBTRANS part of a checkpoint begins; not normal is one at shutdown. */
	probe subtrans__checkpoint__start(bool normal);

	/* The SUBTRANS part of a checkpoint has ended. */
	probe subtrans__checkpoint__done(bool normal);

	/* The MultiXact part of a checkpoint begins; not normal is one at shutdown. */
	probe multixact__checkpoint__start(bool normal);

	/* The MultiXact part of a checkpoint has ended. */
	probe multixact__checkpoint__done(bool normal);

	/* A checkpoint begins to write buffers. */
	probe buffer__checkpoint__start(int flags);

	/* A checkpoint knows which buffers to write. */
	probe buffer__sync__start(int buffers, int dirty);

	/* A checkpoint has written a buffer. */
	probe buffer__sync__written(int buffer);

	/* A checkpoint has written the dirty buffers. */
	probe buffer__sync__done(int buffers, int written, int expected);

	/* A checkpoint has written its buffers, and begins to sync files. */
	probe buffer__checkpoint__sync__start();

	/* A checkpoint has synced files. */
	probe buffer__checkpoint__done();

	/* The two-phase part of a checkpoint begins. */
	probe twophase__checkpoint__start();

	/* The two-phase part of a checkpoint has ended. */
	probe twophase__checkpoint__done();

	/* A buffer is about to be read; backend is -1 for a shared buffer. */
	probe buffer__read__start(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation, int backend, bool extend);

	/* A buffer is about to be read; backend is -1 for a shared buffer. */
	probe buffer__read__start(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation, int backend);

	/* A buffer is read, or was found in the pool. */
	probe buffer__read__done(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation, int backend, bool extend, bool hit);

	/* A buffer is read, or was found in the pool. */
	probe buffer__read__done(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation, int backend, bool hit);

	/* A shared buffer is about to be written. */
	probe buffer__flush__start(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation);

	/* A shared buffer is passed to the kernel. */
	probe buffer__flush__done(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation);

	/* A server process has to write a dirty buffer itself. */
	probe buffer__write__dirty__start(int fork, BlockNumber block, Oid tablespace,
		Oid database, Oid relation);

	/* A server process has written a dirty buffer itself. */
	probe buffer__write__dirty__done(int fork, BlockNumber block, Oid tablespace,
		Oid database, Oid relation);

	/* A server process has to write WAL, because its buffers are full. */
	probe wal__buffer__write__dirty__start();

	/* A server process has written WAL, because its buffers were full. */
	probe wal__buffer__write__dirty__done();

	/* A WAL record is inserted. */
	probe wal__insert(unsigned char resource_manager, unsigned char flags);

	/* A switch to another WAL segment is requested. */
	probe wal__switch();

	/* A block of a relation is about to be read. */
	probe smgr__md__read__start(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation, int backend);

	/* A block of a relation is read; sizes are in bytes. */
	probe smgr__md__read__done(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation, int backend, int read, size_t requested);

	/* A block of a relation is about to be written. */
	probe smgr__md__write__start(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation, int backend);

	/* A block of a relation is written; sizes are in bytes. */
	probe smgr__md__write__done(int fork, BlockNumber block, Oid tablespace, Oid database,
		Oid relation, int backend, int written, size_t requested);

	/* A sort begins; kind is heap, index or datum, memory is in KiB. */
	probe sort__start(int kind, bool unique, int keys, int memory, bool random_access,
		int parallel);

	/* A sort has ended; size is in blocks if external, else in KiB. */
	probe sort__done(bool external, long size);

	/* A lightweight lock is acquired. */
	probe lwlock__acquire(char *tranche, int mode);

	/* A lightweight lock is released. */
	probe lwlock__release(char *tranche);

	/* A lightweight lock is not free, and a wait begins. */
	probe lwlock__wait__start(char *tranche, int mode);

	/* The wait for a lightweight lock has ended. */
	probe lwlock__wait__done(char *tranche, int mode);

	/* A lightweight lock is acquired by somebody who would not wait. */
	probe lwlock__condacquire(char *tranche, int mode);

	/* A lightweight lock is not free, and nobody waits. */
	probe lwlock__condacquire__fail(char *tranche, int mode);

	/* A wait for a heavyweight lock begins; the fields tell what is locked. */
	probe lock__wait__start(unsigned field1, unsigned field2, unsigned field3,
		unsigned field4, unsigned tag, int mode);

	/* The wait for a heavyweight lock has ended: it is acquired. */
	probe lock__wait__done(unsigned field1, unsigned field2, unsigned field3,
		unsigned field4, unsigned tag, int mode);

	/* A deadlock is found. */
	probe deadlock__found();
};
