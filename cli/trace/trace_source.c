// SPDX-License-Identifier: GPL-2.0
/*
 * trace_source.c - the running kernel's allocation events, through an instance of tracefs
 *
 * A thread reads the per-CPU ring buffers of a separate instance in turn and queues their pages in
 * memory, so that the kernel does not overwrite events when the disk is slow or events come in
 * bursts. The recorder takes the pages from the queue. When the queue is full the thread waits, and
 * the kernel counts the events that are lost.
 *
 * S1. What this program's own threads allocate is not recorded, or recording would feed itself.
 *     What interrupts do on top of them is: it belongs to the rest of the system.
 * S2. The instance is removed by trace_source_close(); trace_instance.c does it for a recorder that
 *     was killed. One recording at a time: while another's instance is there, none is made.
 */
#include "trace_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <tracefs/tracefs.h>

#include "trace_access.h"
#include "trace_instance.h"

#define QUEUE_MAX  (256UL << 20) /* bytes of pages that wait to be taken */
#define ROUND_MS   5		 /* pause after a round that found little, */
#define BUSY_PAGES 16		 /* which is less than this */

/**
 * struct trace_source - a capture
 * @instance: our instance
 * @created: it exists
 * @hold: what says that it has an owner
 * @tep: the kernel's descriptions of its events
 * @nr_cpus: CPU numbers are below this
 * @fds: raw pipe of each CPU, -1 where there is none
 * @page_size: bytes of a page of the ring buffer
 * @thread: the reader
 * @running: it was started
 * @tid: its number for the kernel
 * @lock: protects what follows
 * @changed: something did
 * @ready: @tid is set
 * @go: the reader may begin
 * @stop: the reader shall read to the end once more and finish
 * @queued: bytes in the queue
 * @first: the queue
 * @last: where the next page is linked
 */
struct trace_source {
	struct tracefs_instance *instance;
	bool created;
	int hold;
	struct tep_handle *tep;
	unsigned int nr_cpus;
	int *fds;
	size_t page_size;
	pthread_t thread;
	bool running;
	pid_t tid;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ready;
	bool go;
	bool stop;
	size_t queued;
	struct trace_chunk *first;
	struct trace_chunk **last;
};

static int source_fail(int ret, char *error, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int source_fail(int ret, char *error, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, size, format, args);
	va_end(args);
	return ret;
}

/* ---- the reader ---- */

/* Queues a page; waits while the queue is full, unless the reader is being stopped. */
static void queue(struct trace_source *source, struct trace_chunk *chunk, size_t bytes)
{
	pthread_mutex_lock(&source->lock);
	while (source->queued > QUEUE_MAX && !source->stop)
		pthread_cond_wait(&source->changed, &source->lock);
	chunk->next = NULL;
	*source->last = chunk;
	source->last = &chunk->next;
	source->queued += bytes;
	pthread_cond_broadcast(&source->changed);
	pthread_mutex_unlock(&source->lock);
}

/* Reads one CPU's buffer to its end. Returns pages read. */
static unsigned int read_cpu(struct trace_source *source, unsigned int cpu)
{
	struct trace_chunk *chunk;
	unsigned int nr = 0;
	ssize_t got;

	for (;;) {
		chunk = malloc(sizeof(*chunk) + source->page_size);
		if (!chunk)
			return nr;
		got = read(source->fds[cpu], chunk->data, source->page_size);
		if (got <= 0) {
			free(chunk);
			if (got < 0 && errno == EINTR)
				continue;
			return nr;
		}
		memset(chunk->data + got, 0, source->page_size - (size_t)got);
		chunk->cpu = (int)cpu;
		queue(source, chunk, source->page_size);
		nr++;
	}
}

static void pause_ms(long ms)
{
	struct timespec time = { .tv_nsec = ms * 1000000 };

	nanosleep(&time, NULL);
}

static void *reader(void *data)
{
	struct trace_source *source = data;
	struct trace_chunk *mark;
	unsigned int cpu, nr;
	bool last;

	pthread_mutex_lock(&source->lock);
	source->tid = (pid_t)syscall(SYS_gettid);
	source->ready = true;
	pthread_cond_broadcast(&source->changed);
	while (!source->go && !source->stop)
		pthread_cond_wait(&source->changed, &source->lock);
	pthread_mutex_unlock(&source->lock);
	do {
		pthread_mutex_lock(&source->lock);
		last = source->stop;
		pthread_mutex_unlock(&source->lock);
		for (cpu = 0, nr = 0; cpu < source->nr_cpus; cpu++)
			if (source->fds[cpu] >= 0)
				nr += read_cpu(source, cpu);
		/* The mark of the last round must not fail: it is what the other side waits for. */
		while (!(mark = malloc(sizeof(*mark))))
			pause_ms(ROUND_MS);
		mark->cpu = last ? TRACE_CHUNK_LAST : TRACE_CHUNK_ROUND;
		queue(source, mark, 0);
		if (!last && nr < BUSY_PAGES)
			pause_ms(ROUND_MS);
	} while (!last);
	return NULL;
}

/* ---- setting up ---- */

/* Made first, then looked around: of two that start at once at most one goes on. */
static int make_instance(struct trace_source *source, char *error, size_t size)
{
	char name[TRACE_INSTANCE_NAME_SIZE];
	pid_t other;

	trace_instance_tidy();
	trace_instance_name(name, sizeof(name));
	source->instance = tracefs_instance_create(name);
	if (!source->instance)
		return source_fail(errno ? -errno : -EIO, error, size,
				   "cannot make the tracefs instance %s (%m)", name);
	source->created = true;
	source->hold = trace_instance_hold(name);
	other = trace_instance_other(name);
	if (other)
		return source_fail(-EBUSY, error, size, "another recording is running: process %d",
				   (int)other);
	return 0;
}

/*
 * Return: a number above those of all CPUs that the instance has buffers for, offline or not. The
 * value of sysconf() depends on /sys being mounted and on the CPU affinity.
 */
static unsigned int count_cpus(const struct trace_source *source)
{
	char *path = tracefs_instance_get_file(source->instance, "per_cpu");
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *entry;
	unsigned int cpu, nr = 0;

	while (dir && (entry = readdir(dir))) {
		if (sscanf(entry->d_name, "cpu%u", &cpu) == 1 && cpu >= nr)
			nr = cpu + 1;
	}
	if (dir)
		closedir(dir);
	tracefs_put_tracing_file(path);
	return nr;
}

static int set_up_buffers(struct trace_source *source, unsigned int buffer_kib, char *error,
			  size_t size)
{
	unsigned int cpu, nr = count_cpus(source);
	char text[64];

	if (!nr)
		return source_fail(-EOPNOTSUPP, error, size, "no CPU has a ring buffer (%m)");
	source->fds = malloc(nr * sizeof(*source->fds));
	if (!source->fds)
		return source_fail(-ENOMEM, error, size, "no memory");
	memset(source->fds, 0xff, nr * sizeof(*source->fds));
	source->nr_cpus = nr;
	nr = 0;
	tracefs_trace_off(source->instance);
	snprintf(text, sizeof(text), "%u", buffer_kib);
	if (tracefs_instance_file_write(source->instance, "buffer_size_kb", text) < 0)
		return source_fail(errno ? -errno : -ENOMEM, error, size,
				   "the kernel has no %u KiB for each CPU's ring buffer (%m)",
				   buffer_kib);
	/* The one clock whose stamps never step back between CPUs. */
	if (tracefs_instance_file_write(source->instance, "trace_clock", "global") < 0)
		return source_fail(-EOPNOTSUPP, error, size,
				   "this kernel has no global trace clock (%m)");
	for (cpu = 0; cpu < source->nr_cpus; cpu++) {
		snprintf(text, sizeof(text), "per_cpu/cpu%u/trace_pipe_raw", cpu);
		source->fds[cpu] = tracefs_instance_file_open(source->instance, text,
							      O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		nr += source->fds[cpu] >= 0;
	}
	if (!nr)
		return source_fail(-EOPNOTSUPP, error, size, "no ring buffer can be read (%m)");
	return 0;
}

/**
 * trace_source_open() - make the instance and open its buffers
 * @source: set to the new capture; NULL on failure
 * @buffer_kib: size of the ring buffer of each CPU
 * @error: where to say what went wrong
 * @error_size: room there
 *
 * Return: 0; -EOPNOTSUPP where this system cannot do it; -EACCES and others where the kernel
 * refuses.
 */
int trace_source_open(struct trace_source **source, unsigned int buffer_kib, char *error,
		      size_t error_size)
{
	static const char *const systems[] = { "kmem", NULL };
	struct trace_source *new = calloc(1, sizeof(*new));
	int ret;

	*source = NULL;
	if (!new)
		return source_fail(-ENOMEM, error, error_size, "no memory");
	pthread_mutex_init(&new->lock, NULL);
	pthread_cond_init(&new->changed, NULL);
	new->last = &new->first;
	new->hold = -1;
	ret = trace_access_check(error, error_size);
	if (!ret) {
		new->tep = tracefs_local_events_system(NULL, systems);
		if (!new->tep || !tep_find_event_by_name(new->tep, "kmem", "mm_page_alloc"))
			ret = source_fail(-EOPNOTSUPP, error, error_size,
					  "the formats of the kmem tracepoints cannot be read");
	}
	if (!ret) {
		new->page_size = (size_t)tep_get_sub_buffer_size(new->tep);
		if (new->page_size < 4096 || new->page_size > 1 << 20)
			new->page_size = (size_t)sysconf(_SC_PAGESIZE);
		ret = make_instance(new, error, error_size);
	}
	if (!ret)
		ret = set_up_buffers(new, buffer_kib, error, error_size);
	if (ret) {
		trace_source_close(new);
		return ret;
	}
	*source = new;
	return 0;
}

/**
 * trace_source_tep() - the kernel's descriptions of its events
 * @source: the capture
 *
 * Return: the handle, which belongs to @source.
 */
struct tep_handle *trace_source_tep(const struct trace_source *source)
{
	return source->tep;
}

/**
 * trace_source_nr_cpus() - CPUs of this machine, also those that are offline
 * @source: the capture
 *
 * Return: their number.
 */
unsigned int trace_source_nr_cpus(const struct trace_source *source)
{
	return source->nr_cpus;
}

/**
 * trace_source_gfp() - learn this kernel's GFP bits
 * @source: the capture
 * @gfp: filled in
 *
 * Return: 0 or -EINVAL.
 */
int trace_source_gfp(const struct trace_source *source, struct trace_gfp *gfp)
{
	char *format =
		tracefs_event_file_read(source->instance, "kmem", "mm_page_alloc", "format", NULL);
	int ret = format ? trace_gfp_init(gfp, format) : -EINVAL;

	free(format);
	return ret;
}

/* ---- running ---- */

/* Enables one tracepoint, without our own threads' events (S1). */
static int enable(struct trace_source *source, const char *event)
{
	/* 0x18: in a hard or soft interrupt */
	static const char *const filters[] = {
		"(common_pid != %d && common_pid != %d) || common_flags & 0x18",
		"common_pid != %d && common_pid != %d",
	};
	char text[128];
	unsigned int i;
	int ret = -1;

	for (i = 0; i < 2 && ret < 0; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), filters[i], (int)getpid(), (int)source->tid);
#pragma GCC diagnostic pop
		ret = tracefs_event_file_write(source->instance, "kmem", event, "filter", text);
	}
	return ret < 0 ? -1 : tracefs_event_enable(source->instance, "kmem", event);
}

/**
 * trace_source_start() - start the reader and the tracepoints
 * @source: the capture
 * @error: where to say what went wrong
 * @error_size: room there
 *
 * To be called from the thread that will take the pages.
 * Return: 0 or -errno.
 */
int trace_source_start(struct trace_source *source, char *error, size_t error_size)
{
	const char *event;
	unsigned int i;

	if (pthread_create(&source->thread, NULL, reader, source))
		return source_fail(-EAGAIN, error, error_size, "cannot start a thread (%m)");
	source->running = true;
	pthread_mutex_lock(&source->lock);
	while (!source->ready)
		pthread_cond_wait(&source->changed, &source->lock);
	pthread_mutex_unlock(&source->lock);
	for (i = 0; (event = trace_merge_event(i)); i++) {
		if (!tep_find_event_by_name(source->tep, "kmem", event))
			continue;
		if (enable(source, event) < 0)
			return source_fail(-EIO, error, error_size,
					   "cannot enable the tracepoint kmem:%s (%m)", event);
	}
	if (tracefs_trace_on(source->instance))
		return source_fail(-EIO, error, error_size, "cannot switch tracing on (%m)");
	pthread_mutex_lock(&source->lock);
	source->go = true;
	pthread_cond_broadcast(&source->changed);
	pthread_mutex_unlock(&source->lock);
	return 0;
}

/**
 * trace_source_take() - take the next page
 * @source: the capture
 * @chunk: set to the page, which becomes the caller's to free
 * @timeout_ms: how long to wait for one
 *
 * Return: 1, or 0 where none came in time.
 */
int trace_source_take(struct trace_source *source, struct trace_chunk **chunk, int timeout_ms)
{
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)timeout_ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&source->lock);
	while (!source->first && ret != ETIMEDOUT)
		ret = pthread_cond_timedwait(&source->changed, &source->lock, &until);
	*chunk = source->first;
	if (*chunk) {
		source->first = (*chunk)->next;
		if (!source->first)
			source->last = &source->first;
		if ((*chunk)->cpu >= 0)
			source->queued -= source->page_size;
		pthread_cond_broadcast(&source->changed);
	}
	pthread_mutex_unlock(&source->lock);
	return !!*chunk;
}

/**
 * trace_source_stop() - switch tracing off and have the rest read
 * @source: the capture
 *
 * The pages that are left can be taken afterwards; the last one is TRACE_CHUNK_LAST.
 */
void trace_source_stop(struct trace_source *source)
{
	tracefs_trace_off(source->instance);
	pthread_mutex_lock(&source->lock);
	source->stop = true;
	pthread_cond_broadcast(&source->changed);
	pthread_mutex_unlock(&source->lock);
}

/**
 * trace_source_overrun() - events that the ring buffers lost, by the kernel's own counters
 * @source: the capture
 *
 * Return: their number.
 */
uint64_t trace_source_overrun(const struct trace_source *source)
{
	static const char *const counters[] = { "overrun:", "dropped events:", "commit overrun:" };
	uint64_t sum = 0;
	unsigned int cpu, i;
	char name[64], *text, *at;

	for (cpu = 0; cpu < source->nr_cpus; cpu++) {
		snprintf(name, sizeof(name), "per_cpu/cpu%u/stats", cpu);
		text = tracefs_instance_file_read(source->instance, name, NULL);
		for (i = 0; text && i < 3; i++) {
			at = strstr(text, counters[i]);
			/* "overrun:" is found in "commit overrun:" too: only at a line's start. */
			while (at && at > text && at[-1] != '\n')
				at = strstr(at + 1, counters[i]);
			if (at)
				sum += strtoull(at + strlen(counters[i]), NULL, 10);
		}
		free(text);
	}
	return sum;
}

/**
 * trace_source_close() - end the reader and remove the instance
 * @source: the capture, or NULL
 */
void trace_source_close(struct trace_source *source)
{
	struct trace_chunk *chunk;
	unsigned int cpu;

	if (!source)
		return;
	if (source->running) {
		trace_source_stop(source);
		pthread_join(source->thread, NULL);
	}
	while ((chunk = source->first)) {
		source->first = chunk->next;
		free(chunk);
	}
	for (cpu = 0; cpu < source->nr_cpus; cpu++)
		if (source->fds[cpu] >= 0)
			close(source->fds[cpu]);
	if (source->created)
		tracefs_instance_destroy(source->instance);
	if (source->hold >= 0)
		close(source->hold);
	if (source->instance)
		tracefs_instance_free(source->instance);
	if (source->tep)
		tep_free(source->tep);
	pthread_cond_destroy(&source->changed);
	pthread_mutex_destroy(&source->lock);
	free(source->fds);
	free(source);
}
