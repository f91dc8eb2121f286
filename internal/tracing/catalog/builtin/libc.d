/* glibc, after "Internal Probes" in https://sourceware.org/glibc/manual/latest/ and its
   nptl/DESIGN-systemtap-probes.txt. Debian builds glibc without probes. */

provider libc {
	/* setjmp or sigsetjmp is called, and would return to pc. */
	probe setjmp(void *env, int savemask, void *pc);

	/* longjmp or siglongjmp is called, still on the stack of its caller. */
	probe longjmp(void *env, int value, void *pc);

	/* longjmp or siglongjmp is back on the stack of setjmp. */
	probe longjmp_target(void *env, int value, void *pc);

	/* The main heap has grown by sbrk. */
	probe memory_sbrk_more(void *end, size_t size);

	/* The main heap has shrunk by sbrk. */
	probe memory_sbrk_less(void *end, size_t size);

	/* A heap is mapped. */
	probe memory_heap_new(void *heap, size_t size);

	/* A heap is about to be unmapped. */
	probe memory_heap_free(void *heap, size_t size);

	/* A heap has grown to this size. */
	probe memory_heap_more(void *heap, size_t size);

	/* A heap has shrunk to this size. */
	probe memory_heap_less(void *heap, size_t size);

	/* malloc tries another arena. */
	probe memory_malloc_retry(size_t size);

	/* realloc tries another arena. */
	probe memory_realloc_retry(size_t size, void *memory);

	/* memalign or its like tries another arena. */
	probe memory_memalign_retry(size_t size, size_t alignment);

	/* calloc tries another arena. */
	probe memory_calloc_retry(size_t size);

	/* An allocation failed in this arena, and another arena is looked for. */
	probe memory_arena_retry(size_t size, void *arena);

	/* An arena is made. */
	probe memory_arena_new(void *arena, size_t size);

	/* A thread uses another arena from now on. */
	probe memory_arena_reuse(void *arena, void *previous);

	/* A thread is about to wait for an arena. */
	probe memory_arena_reuse_wait(void *mutex, void *arena, void *previous);

	/* A thread takes an arena that nobody uses. */
	probe memory_arena_reuse_free_list(void *arena);

	/* mallopt is called. */
	probe memory_mallopt(int param, int value);

	/* mallopt changes M_MXFAST. */
	probe memory_mallopt_mxfast(int value, int previous);

	/* mallopt changes M_PERTURB. */
	probe memory_mallopt_perturb(int value, int previous);

	/* mallopt changes M_ARENA_TEST. */
	probe memory_mallopt_arena_test(int value, int previous);

	/* mallopt changes M_ARENA_MAX. */
	probe memory_mallopt_arena_max(int value, int previous);

	/* mallopt changes M_TRIM_THRESHOLD; fixed says that it was not adjusted any more. */
	probe memory_mallopt_trim_threshold(int value, int previous, bool fixed);

	/* mallopt changes M_TOP_PAD; fixed says that it was not adjusted any more. */
	probe memory_mallopt_top_pad(int value, int previous, bool fixed);

	/* mallopt changes M_MMAP_THRESHOLD; fixed says that it was not adjusted any more. */
	probe memory_mallopt_mmap_threshold(int value, int previous, bool fixed);

	/* mallopt changes M_MMAP_MAX; fixed says that it was not adjusted any more. */
	probe memory_mallopt_mmap_max(int value, int previous, bool fixed);

	/* free adjusts thresholds, in bytes. */
	probe memory_mallopt_free_dyn_thresholds(int mmap_threshold, int trim_threshold);

	/* The tunable glibc.malloc.tcache_max is set. */
	probe memory_tunable_tcache_max_bytes(int value, int previous);

	/* The tunable glibc.malloc.tcache_count is set. */
	probe memory_tunable_tcache_count(int value, int previous);

	/* The tunable glibc.malloc.tcache_unsorted_limit is set. */
	probe memory_tunable_tcache_unsorted_limit(int value, int previous);

	/* free looks through the cache of a thread for memory that seems free already. */
	probe memory_tcache_double_free(void *memory, int bin);

	/* A thread is created. */
	probe pthread_create(pthread_t *thread, pthread_attr_t *attr, void *start_routine,
		void *arg);

	/* A thread begins. */
	probe pthread_start(void *thread, void *start_routine, void *arg);

	/* A thread waits for the end of another one. */
	probe pthread_join(pthread_t thread);

	/* A thread has waited for the end of another one. */
	probe pthread_join_ret(pthread_t thread, int result);

	/* A mutex is initialised. */
	probe mutex_init(pthread_mutex_t *mutex);

	/* A mutex is destroyed. */
	probe mutex_destroy(pthread_mutex_t *mutex);

	/* pthread_mutex_lock is called. */
	probe mutex_entry(pthread_mutex_t *mutex);

	/* pthread_mutex_lock has got the mutex. */
	probe mutex_acquired(pthread_mutex_t *mutex);

	/* pthread_mutex_timedlock is called. */
	probe mutex_timedlock_entry(pthread_mutex_t *mutex, struct timespec *until);

	/* pthread_mutex_timedlock has got the mutex. */
	probe mutex_timedlock_acquired(pthread_mutex_t *mutex);

	/* A mutex is unlocked. */
	probe mutex_release(pthread_mutex_t *mutex);

	/* pthread_rwlock_wrlock is called. */
	probe wrlock_entry(pthread_rwlock_t *rwlock);

	/* pthread_rwlock_wrlock has got the lock. */
	probe wrlock_acquire_write(pthread_rwlock_t *rwlock);

	/* pthread_rwlock_rdlock is called. */
	probe rdlock_entry(pthread_rwlock_t *rwlock);

	/* pthread_rwlock_rdlock has got the lock. */
	probe rdlock_acquire_read(pthread_rwlock_t *rwlock);

	/* A read-write lock is unlocked. */
	probe rwlock_unlock(pthread_rwlock_t *rwlock);

	/* A read-write lock is destroyed. */
	probe rwlock_destroy(pthread_rwlock_t *rwlock);

	/* A condition variable is initialised. */
	probe cond_init(pthread_cond_t *cond, pthread_condattr_t *attr);

	/* A condition variable is destroyed. */
	probe cond_destroy(pthread_cond_t *cond);

	/* A thread waits for a condition. */
	probe cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);

	/* A thread waits for a condition until some time. */
	probe cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, struct timespec *until);

	/* A thread that waits for the condition is woken. */
	probe cond_signal(pthread_cond_t *cond);

	/* All threads that wait for the condition are woken. */
	probe cond_broadcast(pthread_cond_t *cond);
};
