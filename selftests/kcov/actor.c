// SPDX-License-Identifier: GPL-2.0
/*
 * Who a process of the fuzzer is. Without --actor it is root. Otherwise it
 * opens the device and binds regions as root, as if their descriptors had been
 * passed on to it, gives its rights up for good, and then opens its sockets.
 *
 * What such a process must never get is an acknowledgment of, or an answer to,
 * a command that wants CAP_SYS_ADMIN: reply.c counts those as wrong.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>

#include "fuzz.h"

#define USER 1000

enum actor fuzz_actor;
bool fuzz_actor_is_bound;

static const char *const names[] = { "root", "user", "nocaps", "userns", "netadmin" };

bool fuzz_actor_set(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i])) {
			fuzz_actor = i;
			return true;
		}
	return false;
}

const char *fuzz_actor_name(void)
{
	return names[fuzz_actor];
}

/* To be told what KCOV sees and to write its own maps, it may be dumped. */
static bool be_user(void)
{
	return !setgroups(0, NULL) && !setgid(USER) && !setuid(USER) && !prctl(PR_SET_DUMPABLE, 1);
}

/* @capabilities: those that it keeps, a bit each */
static bool have_only(uint32_t capabilities)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = capabilities,
						    .permitted = capabilities } };
	unsigned int cap;

	for (cap = 0; cap <= CAP_LAST_CAP; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	return !syscall(SYS_capset, &head, data);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static bool be_root_of_userns(void)
{
	return be_user() && !unshare(CLONE_NEWUSER) &&
	       write_text("/proc/self/uid_map", "0 1000 1") &&
	       write_text("/proc/self/setgroups", "deny") &&
	       write_text("/proc/self/gid_map", "0 1000 1") && !geteuid();
}

bool fuzz_actor_become(void)
{
	fuzz_actor_is_bound = fuzz_actor != ACTOR_ROOT;
	switch (fuzz_actor) {
	case ACTOR_USER:
		return be_user();
	case ACTOR_NOCAPS:
		return have_only(0);
	case ACTOR_USERNS:
		return be_root_of_userns();
	case ACTOR_NETADMIN:
		return !prctl(PR_SET_KEEPCAPS, 1) && be_user() && have_only(1U << CAP_NET_ADMIN);
	default:
		return true;
	}
}
