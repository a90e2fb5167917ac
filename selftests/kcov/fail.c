// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail: the kernel's fail-nth, where it has that, lets the nth
 * one of a call fail, ours, the host's, or a copy to or from user memory. What
 * fails is what this process does until the end of the call, so nothing that
 * it cannot do without may be in between.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define DEBUG	    "/sys/kernel/debug/"
#define FAIL_IN256  20
#define FIRST_NTH   12 /* every other time it is one of these */
#define HIGHEST_NTH 64

static int nth_file = -1;
static bool armed;

static void set(const char *attribute, const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), DEBUG "%s/%s", attribute, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	write(fd, value, strlen(value));
	close(fd);
}

void fuzz_fail_setup(void)
{
	static const char *const attributes[] = { "failslab", "fail_page_alloc", "fail_usercopy",
						  "memctl" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(attributes); i++) {
		/* Without a trace of each in the log; also what may wait, and single pages. */
		set(attributes[i], "verbose", "0");
		set(attributes[i], "ignore-gfp-wait", "N");
		set(attributes[i], "min-order", "0");
	}
}

void fuzz_fail_open(void)
{
	nth_file = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
}

static bool write_nth(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	return pwrite(nth_file, text, len, 0) == len;
}

void fuzz_fail_begin(struct stream *stream)
{
	uint32_t nth;

	if (nth_file < 0 || !fuzz_chance(stream, FAIL_IN256))
		return;
	nth = 1 + fuzz_choose(stream, fuzz_chance(stream, 128) ? FIRST_NTH : HIGHEST_NTH);
	armed = write_nth(nth);
}

void fuzz_fail_end(void)
{
	if (!armed)
		return;
	armed = false;
	/* To copy this 0 may be what fails. */
	if (!write_nth(0) && !write_nth(0))
		_exit(1);
}
