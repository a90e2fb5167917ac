// SPDX-License-Identifier: GPL-2.0
/*
 * region_open.c - run a command with the file of a region as descriptor 3, so
 * that programs that know files can work on a region's memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/memctl_dev.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/stop.h"
#include "region_open.h"
#include "wire/family.h"

#define DEVICE	   "/dev/" MEMCTL_DEV_NAME
#define DESCRIPTOR 3

/* Exit status of a command that cannot be run, as the shell has it. */
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND	127

/* The device could not be opened; errno says how. */
static int fail_device(struct memctl_ctx *ctx)
{
	if (errno != ENOENT)
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, errno, NULL, DEVICE);
	if (family_module_is_loaded())
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE,
			    "the module is loaded, but there is no " DEVICE " here");
	return fail(ctx, MEMCTL_EXIT_MODULE, "the module is not loaded: run 'modprobe memctl'");
}

/* Return: the descriptor of the region's file, or -1 after a complaint. */
static int bind_region(struct memctl_ctx *ctx, const char *region, int mode, int *status)
{
	struct memctl_dev_bind bind = { 0 };
	int device, fd;

	if (strlen(ctx->arena) > MEMCTL_NAME_MAX || strlen(region) > MEMCTL_NAME_MAX) {
		*status = fail_usage(ctx, "region", "a name has at most %d bytes", MEMCTL_NAME_MAX);
		return -1;
	}
	strcpy(bind.arena, ctx->arena);
	strcpy(bind.region, region);
	device = open(DEVICE, mode | O_CLOEXEC);
	if (device < 0) {
		*status = fail_device(ctx);
		return -1;
	}
	fd = ioctl(device, MEMCTL_DEV_BIND, &bind);
	if (fd < 0)
		*status = fail_errno(ctx, MEMCTL_EXIT_REFUSED, errno, NULL, "region '%s'", region);
	close(device);
	return fd;
}

int region_open(struct memctl_ctx *ctx, const struct args *args)
{
	int mode = GIVEN(args, OPT_READONLY) ? O_RDONLY : O_RDWR;
	char **command = args->words + 1;
	int fd, kept, status, error;

	fd = bind_region(ctx, args->words[0], mode, &status);
	if (fd < 0)
		return status;
	/* Of the copy, not of the original: without the flag that closes it. */
	kept = fd == DESCRIPTOR ? fcntl(fd, F_SETFD, 0) : dup2(fd, DESCRIPTOR);
	if (kept < 0 || setenv("MEMCTL_REGION", "/proc/self/fd/3", 1))
		return fail_errno(ctx, MEMCTL_EXIT_IMPOSSIBLE, errno, NULL, "descriptor %d",
				  DESCRIPTOR);
	if (fd != DESCRIPTOR)
		close(fd);
	stop_restore();
	execvp(command[0], command);
	error = errno;
	return fail_errno(ctx, error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN, error, NULL,
			  "cannot run %s", command[0]);
}
