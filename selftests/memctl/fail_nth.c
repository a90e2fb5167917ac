// SPDX-License-Identifier: GPL-2.0
/*
 * fail_nth - every allocation of a flow fails once, the first one first
 *
 * A flow is run again and again: its first allocation fails, then its second,
 * until it is through before one has failed. After each point it is undone,
 * and the counts of the arenas are those of before; after the last one the
 * module checks its own invariants.
 *
 * Where the kernel has /proc/PID/fail-nth (CONFIG_FAULT_INJECTION) it is any
 * allocation of this thread, ours and the host's. Elsewhere memctl's own
 * injected faults do it, site by site.
 *
 * fail_netlink.c has the flows of requests, fail_device.c those of processes.
 *
 * Usage: fail_nth [--own] [PART-OF-A-NAME]
 *        fail_nth [--own] netlink|device|arena     flows of one kind
 *        fail_nth --load MODULE [PARAMETERS]
 * Prints KTAP. Needs root and the module; with --load, the module's file, and
 * that it is not loaded: each allocation of its init fails then.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include "fail_flow.h"

#define MAX_POINTS 3000

static int nth_file = -1; /* of this thread, or -1 */
static uint32_t own_site, own_id;

/* --- what fails --- */

/* A copy from user memory is counted, too: that of the 0 may be the one that fails. */
static void write_nth(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_file, text, len, 0) == len || pwrite(nth_file, text, len, 0) == len)
		return;
	perror("# fail-nth");
	exit(KSFT_FAIL);
}

/* Return: what is left of it. Where the look itself is what fails, nothing before it was. */
static unsigned int read_nth(void)
{
	char text[16] = {};

	return pread(nth_file, text, sizeof(text) - 1, 0) > 0 ? strtoul(text, NULL, 10) : 1;
}

static void own_add(const struct flow *flow, unsigned int nth)
{
	if (ask(MEMCTL_CMD_INJECT_ADD, "sww", MEMCTL_A_INJECT_ARENA, flow->arena ?: "main",
		MEMCTL_A_INJECT_SITE, own_site, MEMCTL_A_INJECT_NTH, nth)) {
		/* An arena that is not there yet: nothing of it can fail. */
		own_id = 0;
		return;
	}
	own_id = replied_number(&reply, MEMCTL_A_INJECT_ID);
}

/* Return: whether it fired. An arena that is gone took its faults along. */
static bool own_del(const struct flow *flow)
{
	const char *arena = flow->arena ?: "main";
	bool fired = false;

	if (own_id && !ask(MEMCTL_CMD_INJECT_GET, "sw", MEMCTL_A_INJECT_ARENA, arena,
			   MEMCTL_A_INJECT_ID, own_id))
		fired = replied_number(&reply, MEMCTL_A_INJECT_NR_INJECTED);
	if (own_id)
		ask(MEMCTL_CMD_INJECT_DEL, "sw", MEMCTL_A_INJECT_ARENA, arena, MEMCTL_A_INJECT_ID,
		    own_id);
	return fired;
}

/* Run the flow with the nth allocation failing. Return: what it said; *fired: whether one did. */
static int run_once(const struct flow *flow, unsigned int nth, bool *fired)
{
	int ret;

	if (nth_file < 0) {
		own_add(flow, nth);
		ret = flow->act();
		*fired = own_del(flow);
		return ret;
	}
	write_nth(nth);
	ret = flow->act();
	*fired = !read_nth();
	write_nth(0);
	return ret;
}

/* --- what must not change --- */

#define NR_COUNTS (2 * (NR_WATCHED + 1) + 1)

/* Those of an arena, and the memory of its records. */
static void count_arena(const char *arena, uint64_t *counts)
{
	unsigned int i;

	ask(MEMCTL_CMD_ARENA_GET, "s", MEMCTL_A_ARENA_ARENA, arena);
	for (i = 0; i < NR_WATCHED - 1; i++)
		counts[i] = replied_number(&reply, watched[i]);
	counts[i++] = replied_number(&reply, MEMCTL_A_ARENA_NR_FREE) +
		      replied_number(&reply, MEMCTL_A_ARENA_NR_CACHED) +
		      replied_number(&reply, MEMCTL_A_ARENA_NR_SLAB);
	counts[i] = replied_number(&reply, MEMCTL_A_ARENA_METADATA);
}

/* Those of both arenas, and whether there is a third one. */
static void count(uint64_t *counts)
{
	count_arena("main", counts);
	count_arena(OTHER, counts + NR_WATCHED + 1);
	counts[NR_COUNTS - 1] = !ask(MEMCTL_CMD_ARENA_GET, "s", MEMCTL_A_ARENA_ARENA, "fn-new");
}

static bool same(const struct flow *flow, unsigned int nth, const uint64_t *before)
{
	uint64_t after[NR_COUNTS];
	bool good = true;

	count(after);
	for (unsigned int i = 0; i < NR_COUNTS; i++) {
		if (after[i] == before[i])
			continue;
		printf("# %s, nth %u: count %u was %llu, is %llu\n", flow->name, nth, i,
		       (unsigned long long)before[i], (unsigned long long)after[i]);
		good = false;
	}
	return good;
}

static bool sound(void)
{
	return !verify() && !replied_number(&reply, MEMCTL_A_VERIFY_NR_PROBLEMS);
}

/* --- flows --- */

static void undo(const struct flow *flow, int ret)
{
	if (ret != flow->want)
		renew_socket();
	if (flow->undo)
		flow->undo();
}

/*
 * All points of a flow. Return: whether each was as it has to be; *points:
 * how many there were, *refused: in how many the flow was refused.
 */
static bool exhaust(const struct flow *flow, unsigned int *points, unsigned int *refused)
{
	uint64_t before[NR_COUNTS];
	unsigned int nth;
	bool fired;
	int ret = 0;

	/* Twice as it is: what is made at its first use is there then. */
	for (unsigned int i = 0; i < 2; i++) {
		if (flow->prepare)
			flow->prepare();
		ret = flow->act();
		undo(flow, ret);
	}
	if (ret != flow->want) {
		printf("# %s: %d (%s) when nothing fails\n", flow->name, ret, reply.text);
		return false;
	}
	count(before);
	for (nth = 1; nth <= MAX_POINTS; nth++) {
		if (flow->prepare)
			flow->prepare();
		ret = run_once(flow, nth, &fired);
		undo(flow, ret);
		if (!same(flow, nth, before))
			return false;
		if (!fired)
			break;
		(*points)++;
		*refused += ret != flow->want;
	}
	if (fired || ret != flow->want) {
		printf("# %s: %d after %u points\n", flow->name, ret, *points);
		return false;
	}
	return true;
}

static unsigned int nr_flows, nr_points;

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void run_flow(const struct flow *flow)
{
	unsigned int points = 0, refused = 0;
	double start = seconds();
	bool good = true;

	if (nth_file >= 0) {
		good = exhaust(flow, &points, &refused);
	} else {
		for (own_site = 0; good && own_site <= MEMCTL_INJECT_SITE_MAX; own_site++)
			good = exhaust(flow, &points, &refused);
	}
	check(good && sound(), "%s: %u points, refused in %u", flow->name, points, refused);
	printf("# %.1f s\n", seconds() - start);
	fflush(stdout);
	nr_flows++;
	nr_points += points;
}

static void run_flows(const char *kind, const struct flow *flows, unsigned int nr, const char *part)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!part || !strcmp(kind, part) || strstr(flows[i].name, part))
			run_flow(&flows[i]);
	}
}

static int run_all(const char *part)
{
	double start;

	renew_socket();
	if (!find_family(nl_socket)) {
		printf("1..0 # SKIP the module is not loaded\n");
		return KSFT_SKIP;
	}
	/* So that no page of ours is what fails. */
	mlockall(MCL_CURRENT);
	ask(MEMCTL_CMD_ARENA_ADD, "sq", MEMCTL_A_ARENA_ARENA, OTHER, MEMCTL_A_ARENA_SIZE,
	    (uint64_t)4 << 20);
	check(device_begin(), "what the flows need");
	start = seconds();
	run_flows("netlink", netlink_flows, nr_netlink_flows, part);
	run_flows("device", device_flows, nr_device_flows, part);
	run_flows("arena", arena_flows, nr_arena_flows, part);
	printf("# %u flows, %u points in %.0f s\n", nr_flows, nr_points, seconds() - start);
	check(device_end(), "it can be removed");
	check(!ask(MEMCTL_CMD_ARENA_DEL, "s", MEMCTL_A_ARENA_ARENA, OTHER), "the other arena, too");
	return nr_failed ? KSFT_FAIL : KSFT_PASS;
}

/* --- loading --- */

/* Return: whether it is loaded; *left: what is left of the nth. */
static bool load(const char *path, const char *parameters, unsigned int nth, unsigned int *left)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (file < 0) {
		perror("# module");
		exit(KSFT_FAIL);
	}
	write_nth(nth);
	ret = syscall(SYS_finit_module, file, parameters, 0);
	*left = read_nth();
	write_nth(0);
	close(file);
	return !ret;
}

static bool unload(void)
{
	return !syscall(SYS_delete_module, "memctl", O_NONBLOCK);
}

static bool is_gone(void)
{
	return access("/sys/module/memctl", F_OK) && access("/proc/memctl", F_OK) &&
	       access("/dev/memctl", F_OK);
}

/* Load with a parameter that is refused. Return: whether the module itself came to say so. */
static bool reaches_module(const char *path, unsigned int nth, unsigned int *left)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char line[1024] = {};
	bool said = false;

	if (log < 0 || lseek(log, 0, SEEK_END) < 0 || load(path, "size=0", nth, left)) {
		printf("# size=0, nth %u: it is loaded, or there is no log\n", nth);
		exit(KSFT_FAIL);
	}
	while (!said && read(log, line, sizeof(line) - 1) > 0) {
		said = !strncmp(line, "3,", 2) && strstr(line, ";memctl: ");
		memset(line, 0, sizeof(line));
	}
	close(log);
	return said;
}

/*
 * The last allocation of the host's loader before it calls the module. Those
 * up to it are the same whatever the parameters are, and not for us to fail:
 * when one of its trace events cannot be made, Linux 6.12 warns, loads the
 * module all the same, and warns again when that goes.
 */
static unsigned int loader_points(const char *path)
{
	unsigned int nth = 1000000, left;

	reaches_module(path, nth, &left);
	nth -= left;
	while (nth && reaches_module(path, nth, &left))
		nth--;
	return nth;
}

static int run_load(const char *path, const char *parameters)
{
	unsigned int first, nth, left, nr_refused = 0, nr_bad = 0;
	double start = seconds();
	bool fired;

	if (nth_file < 0) {
		printf("1..0 # SKIP the kernel has no fail-nth\n");
		return KSFT_SKIP;
	}
	mlockall(MCL_CURRENT);
	check(load(path, parameters, 0, &left) && unload(), "load and unload");
	first = loader_points(path) + 1;
	check(first > 1, "the loader comes to the module after %u points", first - 1);
	fflush(stdout);
	for (nth = first, fired = true; fired && nth <= MAX_POINTS; nth += fired) {
		if (load(path, parameters, nth, &left))
			nr_bad += !unload();
		else
			nr_refused++;
		fired = !left;
		if (is_gone())
			continue;
		printf("# nth %u: something of it is left\n", nth);
		nr_bad++;
	}
	check(!nr_bad && !fired, "load: %u points, refused in %u", nth - first, nr_refused);
	printf("# %u points in %.0f s\n", nth - first, seconds() - start);
	check(load(path, parameters, 0, &left), "load when nothing fails");
	return nr_failed ? KSFT_FAIL : KSFT_PASS;
}

int main(int argc, char **argv)
{
	bool own = argc > 1 && !strcmp(argv[1], "--own");
	int ret;

	printf("TAP version 13\n");
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return KSFT_SKIP;
	}
	if (!own)
		nth_file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (argc > 2 && !strcmp(argv[1], "--load"))
		ret = run_load(argv[2], argc > 3 ? argv[3] : "");
	else
		ret = run_all(argv[1 + own]);
	printf("1..%u\n", nr_tests);
	return ret;
}
