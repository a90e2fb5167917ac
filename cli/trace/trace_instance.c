// SPDX-License-Identifier: GPL-2.0
/*
 * trace_instance.c - the tracefs instances of recordings, and stale ones
 *
 * A recorder that is killed cannot remove its instance, whose events stay enabled and slow down
 * each allocation of the machine. Other commands remove it, by these rules:
 *
 * T1. An instance is named after the process that created it: memctl-PID-START, with the time at
 *     which the process started, so that a later process with the same pid is told apart.
 * T2. The process also holds a lock on the instance's directory, which is released when it ends.
 *     The lock decides where pids do not, in another PID namespace.
 * T3. An instance without a process and without a lock is removed by the next command that loads
 *     or unloads the module or records. If it cannot be removed, because it is being read, its
 *     events are disabled.
 */
#include "trace_instance.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "base/complain.h"

#define PREFIX	   "memctl-"
#define STAT_START 22 /* field of /proc/PID/stat: when the process started */

/* Where instances are; NULL where there is no tracefs. MEMCTL_TRACEFS names one for tests. */
static const char *directory(void)
{
	static const char *const known[] = { "/sys/kernel/tracing/instances",
					     "/sys/kernel/debug/tracing/instances" };
	static char made[PATH_MAX];
	const char *given = getenv("MEMCTL_TRACEFS");
	struct statfs fs;

	if (given) {
		snprintf(made, sizeof(made), "%s/instances", given);
		return made;
	}
	/* A capture that is replayed was not taken on this machine. */
	for (size_t i = 0; i < 2 && !getenv("MEMCTL_REPLAY"); i++) {
		if (!statfs(known[i], &fs) && fs.f_type == TRACEFS_MAGIC)
			return known[i];
	}
	return NULL;
}

/* When a process started, in clock ticks since boot; 0 if there is none of this number. */
static unsigned long long start_of(pid_t pid)
{
	unsigned long long start = 0;
	char path[40], text[1024], *at;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	at = fgets(text, sizeof(text), file);
	fclose(file);
	/* The second field is a name in parentheses, which may have any character in it. */
	at = at ? strrchr(text, ')') : NULL;
	for (int field = 2; at && field < STAT_START; field++)
		at = strchr(at + 1, ' ');
	if (at)
		start = strtoull(at, NULL, 10);
	return start;
}

static bool parse_name(const char *name, pid_t *pid, unsigned long long *start)
{
	int number, length = 0;

	if (sscanf(name, PREFIX "%d-%llu%n", &number, start, &length) != 2 || name[length])
		return false;
	*pid = number;
	return number > 0;
}

/* Does the process that made @name live, or hold it in another PID namespace? */
static bool is_held(const char *path, pid_t pid, unsigned long long start)
{
	bool held = start_of(pid) == start;
	int fd;

	if (held)
		return true;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	held = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

/**
 * trace_instance_name() - name of this process's instance
 * @name: filled in
 * @size: room there
 */
void trace_instance_name(char *name, size_t size)
{
	snprintf(name, size, PREFIX "%d-%llu", (int)getpid(), start_of(getpid()));
}

/**
 * trace_instance_hold() - tell other PID namespaces that an instance has an owner
 * @name: the instance, which exists
 *
 * Return: a descriptor to be closed when the instance is removed, or -1.
 */
int trace_instance_hold(const char *name)
{
	const char *instances = directory();
	char path[PATH_MAX];
	int fd;

	if (!instances)
		return -1;
	snprintf(path, sizeof(path), "%s/%s", instances, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		flock(fd, LOCK_EX | LOCK_NB);
	return fd;
}

/**
 * trace_instance_list() - the instances of all recordings
 * @instances: set to an array to be freed, or NULL
 *
 * Return: their number; 0 also where this user may not look.
 */
size_t trace_instance_list(struct trace_instance **instances)
{
	const char *where = directory();
	struct trace_instance *list = NULL, *more;
	DIR *dir = where ? opendir(where) : NULL;
	unsigned long long start;
	char path[PATH_MAX];
	struct dirent *entry;
	size_t nr = 0;
	pid_t pid;

	while (dir && (entry = readdir(dir))) {
		if (strlen(entry->d_name) >= TRACE_INSTANCE_NAME_SIZE ||
		    !parse_name(entry->d_name, &pid, &start))
			continue;
		more = reallocarray(list, nr + 1, sizeof(*list));
		if (!more)
			break;
		list = more;
		snprintf(path, sizeof(path), "%s/%s", where, entry->d_name);
		snprintf(list[nr].name, sizeof(list[nr].name), "%s", entry->d_name);
		list[nr].owner = pid;
		list[nr].running = is_held(path, pid, start);
		nr++;
	}
	if (dir)
		closedir(dir);
	*instances = list;
	return nr;
}

/**
 * trace_instance_other() - is another recording running?
 * @ours: name of this process's instance
 *
 * Return: the process of one, or 0.
 */
pid_t trace_instance_other(const char *ours)
{
	struct trace_instance *list;
	size_t nr = trace_instance_list(&list);
	pid_t other = 0;

	for (size_t i = 0; i < nr; i++) {
		if (list[i].running && strcmp(list[i].name, ours) != 0)
			other = list[i].owner;
	}
	free(list);
	return other;
}

static void write_zero(const char *where, const char *name, const char *file)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", where, name, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* What cannot be switched off goes when the instance goes. */
	if (write(fd, "0", 1) < 0)
		errno = 0;
	close(fd);
}

/**
 * trace_instance_tidy() - remove the instances of killed recorders, and print their names
 *
 * Without the necessary rights it does nothing and prints nothing.
 */
void trace_instance_tidy(void)
{
	struct trace_instance *list;
	const char *where = directory();
	size_t nr = trace_instance_list(&list);
	char path[PATH_MAX];

	for (size_t i = 0; i < nr; i++) {
		if (list[i].running)
			continue;
		write_zero(where, list[i].name, "tracing_on");
		write_zero(where, list[i].name, "events/enable");
		snprintf(path, sizeof(path), "%s/%s", where, list[i].name);
		if (!rmdir(path))
			note("removed the tracefs instance %s of process %d, which was killed",
			     list[i].name, (int)list[i].owner);
		else if (errno == EBUSY)
			note("the tracefs instance %s of a killed recorder is off, but is read",
			     list[i].name);
		else if (errno != EPERM && errno != EACCES && errno != ENOENT)
			note("the tracefs instance %s of a killed recorder cannot be removed: %s",
			     list[i].name, strerror(errno));
	}
	free(list);
}
