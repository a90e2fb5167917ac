// SPDX-License-Identifier: GPL-2.0
/*
 * The modules that use memctl's API in the kernel, which no message reaches:
 * memctl_test, whose load is its run, and the benchmarks of memctl_bench that
 * use what memctl exports for them alone. What they reach is seen by the
 * module, not by KCOV.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"

#define SCALE "3" /* of the tests, in per cent */

/* Return: whether the benchmark ran to its end. */
static bool bench(const char *line)
{
	char text[4096];
	int fd = open("/proc/memctl_bench", O_RDWR | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, line, strlen(line)) > 0 &&
		    read(fd, text, sizeof(text)) > 0;

	if (!good)
		printf("# memctl_bench: %s: did not run\n", line);
	close(fd);
	return good;
}

static bool unload(const char *name)
{
	return !syscall(SYS_delete_module, name, O_NONBLOCK);
}

bool fuzz_users_run(void)
{
	static const char *const lines[] = {
		"pair rounds=2",
		"worst rounds=2",
		"frag rounds=1",
		"bulk rounds=2",
		"object-burst rounds=2",
		"walk rounds=2 batch=16 region=n0",
		"map rounds=2 batch=16 region=n0",
		"safety rounds=1",
	};
	bool good;
	unsigned int i;

	fuzz_message_provide(64UL << 20, "n0", 64);
	good = fuzz_load("memctl_test", "scale=" SCALE);
	good = good && unload("memctl_test");
	if (!fuzz_load("memctl_bench", ""))
		return false;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		good &= bench(lines[i]);
	return unload("memctl_bench") && good;
}
