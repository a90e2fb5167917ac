// SPDX-License-Identifier: GPL-2.0
/*
 * output.c - a file that is written beside the one it replaces
 *
 * U1. What was there stays as it is, byte for byte, until all that replaces it has been written and
 *     is on its disk; then it changes in one step (rename). A write that fails and a program that
 *     is killed change nothing, and leave nothing where the file system has O_TMPFILE and /proc is
 *     there.
 * U2. Symbolic links stay: what is replaced is the file at their end. It keeps its mode and owner;
 *     other names of it (hard links) keep what was there.
 * U3. What is no regular file (a pipe, a device) is written to directly, and so is a file that is a
 *     mount point, and what the caller has open already: /dev/stdout, /dev/fd/N and the links in
 *     /proc/PID/fd behind them.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_TMPFILE, also where this file is built alone */
#endif

#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#define MAX_LINKS  40 /* as the kernel's own limit */
#define NAME_TRIES 100

/* @path with its last part replaced by @name, which may be absolute. NULL without memory. */
static char *beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	char *made;

	if (name[0] == '/' || !slash)
		return strdup(name);
	if (asprintf(&made, "%.*s/%s", (int)(slash - path), path, name) < 0)
		return NULL;
	return made;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Is @path a link to what some process has open? Return: 1, 0, or -ENOMEM. */
static int is_descriptor(const char *path)
{
	char *directory = directory_of(path);
	struct statfs fs;
	int is;

	if (!directory)
		return -ENOMEM;
	is = !statfs(directory, &fs) && fs.f_type == PROC_SUPER_MAGIC;
	free(directory);
	return is;
}

/*
 * Replace *path by the end of its symbolic links, allocated, which need not exist. Return: 0, 1 if
 * it is a file that a process has open, or -errno.
 */
static int follow(char **path)
{
	char text[PATH_MAX], *next;
	struct stat stat;
	ssize_t length;
	int ret;

	for (int i = 0; i < MAX_LINKS; i++) {
		if (lstat(*path, &stat))
			return errno == ENOENT ? 0 : -errno;
		if (!S_ISLNK(stat.st_mode))
			return 0;
		ret = is_descriptor(*path);
		if (ret)
			return ret;
		length = readlink(*path, text, sizeof(text) - 1);
		if (length < 0)
			return -errno;
		text[length] = '\0';
		next = beside(*path, text);
		if (!next)
			return -ENOMEM;
		free(*path);
		*path = next;
	}
	return -ELOOP;
}

/*
 * What is written to directly. A descriptor of this process is shared with its position; another's
 * is opened anew.
 */
static int open_there(const char *path, bool is_descriptor)
{
	const char *name = is_descriptor ? strrchr(path, '/') : NULL;
	struct stat there, ours;
	long fd = -1;
	char *end;
	int copy;

	if (name && name[1] >= '0' && name[1] <= '9')
		fd = strtol(name + 1, &end, 10);
	if (fd >= 0 && !*end && !fstat((int)fd, &ours) && !stat(path, &there) &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino) {
		copy = fcntl((int)fd, F_DUPFD_CLOEXEC, 3);
		return copy < 0 ? -errno : copy;
	}
	copy = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	return copy < 0 ? -errno : copy;
}

/* A file without a name gets one by its link in /proc, which is not everywhere. */
static void link_of(int fd, char *link, size_t size)
{
	snprintf(link, size, "/proc/self/fd/%d", fd);
}

static bool can_be_named(int fd)
{
	char link[48];

	link_of(fd, link, sizeof(link));
	return !access(link, F_OK);
}

/* A file in the target's directory, without a name if that is possible. Return: it, or -errno. */
static int create(struct output *output, mode_t mode)
{
	char *directory = directory_of(output->target), *name;
	mode_t mask;
	int fd;

	if (!directory)
		return -ENOMEM;
	fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	if (fd >= 0 && !can_be_named(fd)) {
		close(fd);
		fd = -1;
		errno = EOPNOTSUPP;
	}
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT) &&
	    asprintf(&name, "%s/.memctl-XXXXXX", directory) >= 0) {
		fd = mkostemp(name, O_CLOEXEC);
		if (fd < 0) {
			free(name);
		} else {
			output->beside = name;
			mask = umask(0);
			umask(mask);
			fchmod(fd, mode & ~mask);
		}
	}
	free(directory);
	return fd < 0 ? -errno : fd;
}

/* What replaces a file is its owner's, if that is ours to say, and has its mode. */
static int take_after(int fd, const struct stat *old)
{
	mode_t mode = old->st_mode & 07777;
	struct stat now;

	if (fstat(fd, &now))
		return -errno;
	if ((now.st_uid != old->st_uid || now.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid)) {
		if (errno != EPERM)
			return -errno;
		mode &= 0777;
	}
	return fchmod(fd, mode) ? -errno : 0;
}

/* A file that something is mounted on, as in containers, cannot be replaced. */
static bool is_mounted(const char *path)
{
	struct statx info;

	return !statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &info) &&
	       info.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

/* What is not replaced: written to as it is. */
static int open_directly(struct output *output, bool is_descriptor)
{
	int fd = open_there(output->target, is_descriptor);

	free(output->target);
	output->target = NULL;
	return fd;
}

/* Opens what @output->target stands for. Return: a descriptor, or -errno. */
static int open_target(struct output *output)
{
	struct stat old;
	bool exists;
	int fd, ret;

	if (!output->target[0])
		return -ENOENT;
	ret = follow(&output->target);
	if (ret < 0)
		return ret;
	exists = !stat(output->target, &old);
	if (ret || (exists && (!S_ISREG(old.st_mode) || is_mounted(output->target))))
		return open_directly(output, ret);
	/* To replace a file takes no right to write it; we ask for one as if we wrote into it. */
	if (exists && faccessat(AT_FDCWD, output->target, W_OK, AT_EACCESS))
		return -errno;
	fd = create(output, 0666);
	if (fd >= 0 && exists) {
		ret = take_after(fd, &old);
		if (ret) {
			close(fd);
			return ret;
		}
	}
	return fd;
}

static void forget(struct output *output)
{
	if (output->beside)
		unlink(output->beside);
	free(output->beside);
	free(output->target);
	memset(output, 0, sizeof(*output));
}

/**
 * output_open() - begin to write a file
 * @output: filled in; on success to be ended by output_close() or output_discard()
 * @path: the file as the user names it
 *
 * Return: 0 or -errno; then nothing has changed.
 */
int output_open(struct output *output, const char *path)
{
	struct stat now, out;
	int fd, ret;

	memset(output, 0, sizeof(*output));
	output->target = strdup(path);
	fd = output->target ? open_target(output) : -ENOMEM;
	if (fd < 0) {
		forget(output);
		return fd;
	}
	output->is_stdout = !fstat(fd, &now) && !fstat(STDOUT_FILENO, &out) &&
			    now.st_dev == out.st_dev && now.st_ino == out.st_ino;
	output->stream = fdopen(fd, "wb");
	if (output->stream)
		return 0;
	ret = -errno;
	close(fd);
	forget(output);
	return ret;
}

/* Gives a file without a name one beside its target. */
static int name_it(struct output *output)
{
	char link[48], *directory = directory_of(output->target), *name;
	int ret = -EEXIST;

	if (!directory)
		return -ENOMEM;
	link_of(fileno(output->stream), link, sizeof(link));
	for (int i = 0; i < NAME_TRIES && ret == -EEXIST; i++) {
		if (asprintf(&name, "%s/.memctl-%d-%d", directory, (int)getpid(), i) < 0) {
			ret = -ENOMEM;
			break;
		}
		ret = linkat(AT_FDCWD, link, AT_FDCWD, name, AT_SYMLINK_FOLLOW) ? -errno : 0;
		if (ret)
			free(name);
		else
			output->beside = name;
	}
	free(directory);
	return ret;
}

/**
 * output_publish() - put what has been written in the place of what was there
 * @output: the file; more may be written to it
 *
 * Return: 0 or -errno; then what was there is still there.
 */
int output_publish(struct output *output)
{
	int fd = fileno(output->stream), ret = 0;

	errno = 0;
	if (fflush(output->stream) || ferror(output->stream))
		return errno ? -errno : -EIO;
	if (!output->target)
		return 0;
	if (fsync(fd) && errno != EINVAL && errno != EROFS)
		return -errno;
	if (!output->beside)
		ret = name_it(output);
	if (ret)
		return ret;
	if (rename(output->beside, output->target))
		return -errno;
	free(output->beside);
	free(output->target);
	output->beside = NULL;
	output->target = NULL;
	return 0;
}

/**
 * output_close() - complete a file
 * @output: the file, which is closed
 *
 * Return: 0 or -errno; then what was there before is still there.
 */
int output_close(struct output *output)
{
	int ret = output_publish(output);

	if (fclose(output->stream) && !ret)
		ret = -errno;
	forget(output);
	return ret;
}

/**
 * output_discard() - close a file that is not complete
 * @output: the file, or one that output_open() failed for
 *
 * What was there before is still there, unless output_publish() replaced it.
 */
void output_discard(struct output *output)
{
	if (output->stream)
		fclose(output->stream);
	forget(output);
}
