// SPDX-License-Identifier: GPL-2.0
/*
 * trace_access.c - can this kernel's allocation events be read, and if not, why?
 *
 * A kernel that is locked down shows the same empty or closed tracefs as one without tracepoints,
 * or a user without rights: what is missing is looked at before it is named.
 */
#include "trace_access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <tracefs/tracefs.h>

#define LOCKDOWN "/sys/kernel/security/lockdown"

static int __attribute__((format(printf, 4, 5)))
refuse(int ret, char *error, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, size, format, args);
	va_end(args);
	return ret;
}

/* Opens the file "lockdown" of securityfs, also where that is not mounted. */
static int open_lockdown(void)
{
	int fd = open(LOCKDOWN, O_RDONLY | O_CLOEXEC), fs, mount;

	if (fd >= 0 || errno != ENOENT)
		return fd;
	fs = fsopen("securityfs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	if (!fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) {
		mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
		if (mount >= 0) {
			fd = openat(mount, "lockdown", O_RDONLY | O_CLOEXEC);
			close(mount);
		}
	}
	close(fs);
	return fd;
}

/* "none integrity [confidentiality]": only the last one closes tracefs. */
static bool locked_down(void)
{
	char text[128];
	int fd = open_lockdown();
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	return strstr(text, "[confidentiality]");
}

/**
 * trace_access_check() - look whether the kmem tracepoints can be read
 * @error: where to say why not
 * @error_size: room there
 *
 * Mounts tracefs where it is not.
 * Return: 0; -EOPNOTSUPP where this system cannot do it; another -errno where it does not let us.
 */
int trace_access_check(char *error, size_t error_size)
{
	const char *path = NULL;
	char name[512];
	int fd;

	if (locked_down())
		return refuse(-EOPNOTSUPP, error, error_size,
			      "the kernel is locked down for confidentiality: no tracepoints");
	if (access("/proc/mounts", R_OK))
		return refuse(-EOPNOTSUPP, error, error_size,
			      "without /proc/mounts nobody can say where tracefs is (%m)");
	if (access("/sys/kernel", F_OK))
		return refuse(-EOPNOTSUPP, error, error_size,
			      "/sys is not mounted, which has the place for tracefs");
	if (tracefs_tracing_dir_is_mounted(true, &path) < 0 || !path)
		return refuse(-EOPNOTSUPP, error, error_size, "tracefs cannot be mounted (%m)");
	if (access(path, R_OK | W_OK | X_OK))
		return refuse(-errno, error, error_size, "no access to %s (%m)", path);
	snprintf(name, sizeof(name), "%s/events", path);
	if (access(name, F_OK))
		return refuse(-EOPNOTSUPP, error, error_size,
			      "this kernel has no event tracing: there is no %s", name);
	snprintf(name, sizeof(name), "%s/events/kmem/mm_page_alloc/format", path);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return refuse(-EOPNOTSUPP, error, error_size,
			      "this kernel has no kmem tracepoints: there is no %s", name);
	if (fd < 0)
		return refuse(-errno, error, error_size, "no access to %s (%m)", name);
	close(fd);
	return 0;
}
