// SPDX-License-Identifier: GPL-2.0
/*
 * nl_hostile - messages that no decent client sends
 *
 * Every case is a row: a message, the errors that are a right answer, and then
 * a look whether anything changed: the counts of the arena are those of before.
 * At the end the module checks its own invariants.
 *
 * T1  malformed messages: missing, short, long, unknown, nested, repeated
 *     attributes, broken headers, unknown commands
 * T2  values out of range
 * T3  handles that are not the caller's to free
 * T4  callers without the right: with --rights, against the table of rights.rst
 * T5  dumps: interrupted, abandoned, two at a time
 * T6  the texts of callers that are refused in the same moment: with --texts
 *
 * nl_message.c has how to say it; T3 and T5 are here, and nl_hostile.h says which
 * file has the others, and the processes of test_lifetime.sh.
 *
 * Usage: nl_hostile [--hold-dump SECONDS | --rights TABLE | --race PAUSE-FILE | --texts ROUNDS]
 * Prints KTAP. Needs root and the module, loaded without plant=1. No library is
 * used: what is tested is what a library would not send.
 */
#include <signal.h>
#include <sys/wait.h>
#include "nl_hostile.h"
#include "nl_message.h"

/* --- T3: handles --- */

static uint64_t allocate(int fd, const struct memctl_op *op)
{
	const struct nlattr *attr;

	if (exec_one(fd, op))
		return 0;
	attr = replied(&reply, MEMCTL_A_EXEC_RESULTS);
	return attr ? ((const struct memctl_result *)payload(attr))->handle : 0;
}

static uint32_t make_cache(int fd, const char *name, uint32_t size)
{
	begin(&request, family, MEMCTL_CMD_CACHE_ADD, 0);
	put_text(&request, MEMCTL_A_CACHE_NAME, name);
	put_u32(&request, MEMCTL_A_CACHE_SIZE, size);
	if (finish(fd, &request, &reply))
		return 0;
	return replied_number(&reply, MEMCTL_A_CACHE_ID);
}

static void free_refused(int fd, unsigned int code, uint64_t handle, uint32_t owner, int error,
			 const char *name)
{
	struct memctl_op op = { .code = code, .handle = handle, .owner = owner };

	op_refused(fd, &op, error, error, name);
}

static void test_handles(int fd)
{
	struct memctl_op op = good_op;
	uint64_t page, object, small;
	uint32_t cache;
	unsigned int i;

	op.owner = 7;
	op.order = 2;
	page = allocate(fd, &op);
	op.order = 0;
	op.code = MEMCTL_OP_CODE_KMALLOC;
	op.size = 100;
	small = allocate(fd, &op);
	cache = make_cache(fd, "t3", 96);
	op.size = 0;
	op.code = MEMCTL_OP_CODE_OBJECT_ALLOC;
	op.cache = cache;
	object = allocate(fd, &op);
	check(page && small && cache && object, "T3 handles of a page, a kmalloc and an object");

	for (i = MEMCTL_OP_CODE_PAGE_FREE; i <= MEMCTL_OP_CODE_KFREE; i += 2) {
		free_refused(fd, i, 0, 7, -ENOENT, "T3 free of 0");
		free_refused(fd, i, 1000000, 7, -ENOENT, "T3 free of a handle never given out");
		free_refused(fd, i, page + (1ULL << 32), 7, -ENOENT, "T3 free of a later serial");
		free_refused(fd, i, 0x9e3779b97f4a7c15ULL, 7, -ENOENT,
			     "T3 free of a random number");
		free_refused(fd, i, 0xffff888000100000ULL, 7, -ENOENT,
			     "T3 free of a kernel pointer");
		free_refused(fd, i, UINT64_MAX, 7, -ENOENT, "T3 free of 2^64 - 1");
	}
	free_refused(fd, MEMCTL_OP_CODE_PAGE_FREE, page, 8, -EPERM,
		     "T3 free of another owner's page");
	free_refused(fd, MEMCTL_OP_CODE_KFREE, small, 0, -EPERM,
		     "T3 free of another owner's kmalloc");
	free_refused(fd, MEMCTL_OP_CODE_OBJECT_FREE, page, 7, -EINVAL, "T3 page freed as object");
	free_refused(fd, MEMCTL_OP_CODE_KFREE, page, 7, -EINVAL, "T3 page freed as kmalloc");
	free_refused(fd, MEMCTL_OP_CODE_PAGE_FREE, object, 7, -EINVAL, "T3 object freed as page");
	free_refused(fd, MEMCTL_OP_CODE_KFREE, object, 7, -EINVAL, "T3 object freed as kmalloc");
	free_refused(fd, MEMCTL_OP_CODE_PAGE_FREE, small, 7, -EINVAL, "T3 kmalloc freed as page");

	begin(&request, family, MEMCTL_CMD_CACHE_DEL, 0);
	put_u32(&request, MEMCTL_A_CACHE_ID, cache);
	refused(fd, -EBUSY, 0, false, "T3 cache deleted while an object lives");

	op = (struct memctl_op){ .code = MEMCTL_OP_CODE_OBJECT_FREE, .handle = object, .owner = 7 };
	check(!exec_one(fd, &op), "T3 the owner frees his object");
	free_refused(fd, MEMCTL_OP_CODE_OBJECT_FREE, object, 7, -ENOENT, "T3 object freed twice");
	begin(&request, family, MEMCTL_CMD_CACHE_DEL, 0);
	put_u32(&request, MEMCTL_A_CACHE_ID, cache);
	check(!finish(fd, &request, &reply), "T3 cache deleted: %s", reply.text);
	free_refused(fd, MEMCTL_OP_CODE_OBJECT_FREE, object, 7, -ENOENT,
		     "T3 object of a deleted cache");
	op.handle = page;
	op.code = MEMCTL_OP_CODE_PAGE_FREE;
	check(!exec_one(fd, &op), "T3 the owner frees his page");
	free_refused(fd, MEMCTL_OP_CODE_PAGE_FREE, page, 7, -ENOENT, "T3 page freed twice");
	op.handle = small;
	op.owner = 0;
	op.flags = MEMCTL_OP_FLAG_FORCE;
	op.code = MEMCTL_OP_CODE_KFREE;
	check(!exec_one(fd, &op), "T3 another owner frees by force");

	op = good_op;
	op.code = MEMCTL_OP_CODE_OBJECT_ALLOC;
	op.cache = cache;
	op_refused(fd, &op, -ENOENT, 0, "T3 object of a cache that is gone");
	op.cache = UINT32_MAX;
	op_refused(fd, &op, -ENOENT, 0, "T3 object of cache 2^32 - 1");
	op.cache = 0;
	op_refused(fd, &op, -ENOENT, 0, "T3 object of cache 0");
}

/* Batches: what is refused in the middle does not stop the rest, or does. */
static void test_batches(int fd)
{
	struct memctl_op ops[4] = { good_op, good_op, good_op, good_op };
	const struct memctl_result *results;
	const struct nlattr *attr;
	uint64_t before[NR_WATCHED], after[NR_WATCHED];

	watch(fd, before);
	ops[1].order = 99;
	ops[2] = (struct memctl_op){ .code = MEMCTL_OP_CODE_PAGE_FREE,
				     .flags = MEMCTL_OP_FLAG_REF,
				     .handle = 1 };
	ops[3] = (struct memctl_op){ .code = MEMCTL_OP_CODE_PAGE_FREE,
				     .flags = MEMCTL_OP_FLAG_REF,
				     .handle = 0 };
	begin(&request, family, MEMCTL_CMD_EXEC, 0);
	put(&request, MEMCTL_A_EXEC_OPS, ops, sizeof(ops));
	finish(fd, &request, &reply);
	attr = replied(&reply, MEMCTL_A_EXEC_RESULTS);
	if (check(!reply.error && attr && attr->nla_len == NLA_HDRLEN + 4 * sizeof(*results),
		  "T3 batch with refusals: %s", reply.text)) {
		results = payload(attr);
		check(results[0].handle && !results[0].error, "T3 batch: allocated");
		check(results[1].reason == MEMCTL_REASON_BAD_ORDER, "T3 batch: bad order");
		check(results[2].reason == MEMCTL_REASON_BAD_REF, "T3 batch: bad reference");
		check(!results[3].error && !results[3].handle, "T3 batch: freed by reference");
	}
	begin(&request, family, MEMCTL_CMD_EXEC, 0);
	ops[0].order = 99;
	put(&request, MEMCTL_A_EXEC_OPS, ops, sizeof(ops));
	put(&request, MEMCTL_A_EXEC_STOP, NULL, 0);
	finish(fd, &request, &reply);
	attr = replied(&reply, MEMCTL_A_EXEC_RESULTS);
	check(!reply.error && attr && attr->nla_len == NLA_HDRLEN + sizeof(*results),
	      "T3 batch that stops at the first refusal");
	watch(fd, after);
	check(!memcmp(before, after, sizeof(before)), "T3 batches left the counts as they were");
}

/* --- T5: dumps --- */

#define NR_HELD 512

static bool hold_many(int fd, unsigned int nr)
{
	static struct memctl_op ops[MEMCTL_MAX_OPS];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		ops[i] = good_op;
		ops[i].code = MEMCTL_OP_CODE_KMALLOC;
		ops[i].size = 64;
		ops[i].owner = 55;
	}
	begin(&request, family, MEMCTL_CMD_EXEC, 0);
	put(&request, MEMCTL_A_EXEC_OPS, ops, nr * sizeof(ops[0]));
	return !finish(fd, &request, &reply);
}

static uint32_t free_held(int fd)
{
	begin(&request, family, MEMCTL_CMD_HANDLE_FREE, 0);
	put_u32(&request, MEMCTL_A_HANDLE_OWNER, 55);
	finish(fd, &request, &reply);
	return replied_number(&reply, MEMCTL_A_HANDLE_NR_FREED);
}

static void start_dump(int fd, uint8_t cmd)
{
	static struct message ask;

	begin(&ask, family, cmd, NLM_F_DUMP);
	header(&ask)->nlmsg_len = ask.len;
	if (send(fd, ask.data, ask.len, 0) < 0)
		perror("# send");
}

/**
 * struct dumped - what a dump was
 * @nr: objects
 * @parts: receives
 * @done: it came to its end
 * @interrupted: NLM_F_DUMP_INTR was set on a message
 */
struct dumped {
	unsigned int nr, parts;
	bool done, interrupted;
};

/* Receive one part with a buffer of this size. */
static bool receive_part(int fd, struct dumped *dumped, size_t size)
{
	static uint8_t buffer[MAX_MESSAGE];
	ssize_t got = recv(fd, buffer, size, 0);
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buffer;

	if (got <= 0)
		return false;
	dumped->parts++;
	for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
		dumped->interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
		if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR)
			dumped->done = true;
		else
			dumped->nr++;
	}
	return !dumped->done;
}

static struct dumped receive_all(int fd, size_t size)
{
	struct dumped dumped = {};

	while (receive_part(fd, &dumped, size))
		;
	return dumped;
}

static void test_dumps(int fd)
{
	struct dumped dumped = {};
	int dump = open_socket();
	struct timeval short_wait = { .tv_usec = 200000 };
	unsigned int i;
	pid_t pid;

	check(hold_many(fd, NR_HELD), "T5 %d handles", NR_HELD);

	start_dump(dump, MEMCTL_CMD_HANDLE_GET);
	dumped = receive_all(dump, MAX_MESSAGE);
	check(dumped.nr == NR_HELD && dumped.done && !dumped.interrupted && dumped.parts > 1,
	      "T5 quiet dump: %u objects in %u parts", dumped.nr, dumped.parts);

	memset(&dumped, 0, sizeof(dumped));
	start_dump(dump, MEMCTL_CMD_HANDLE_GET);
	receive_part(dump, &dumped, MAX_MESSAGE);
	hold_many(fd, 1);
	while (receive_part(dump, &dumped, MAX_MESSAGE))
		;
	check(dumped.done && dumped.interrupted, "T5 a change between two parts is told");

	start_dump(dump, MEMCTL_CMD_HANDLE_GET);
	setsockopt(dump, SOL_SOCKET, SO_RCVTIMEO, &short_wait, sizeof(short_wait));
	dumped = receive_all(dump, 1);
	check(dumped.parts > 1, "T5 a buffer of one byte: %u parts", dumped.parts);
	close(dump);

	dump = open_socket();
	memset(&dumped, 0, sizeof(dumped));
	start_dump(dump, MEMCTL_CMD_HANDLE_GET);
	receive_part(dump, &dumped, MAX_MESSAGE);
	begin(&request, family, MEMCTL_CMD_CACHE_GET, NLM_F_DUMP);
	header(&request)->nlmsg_len = request.len;
	send(dump, request.data, request.len, 0);
	dumped = receive_all(dump, MAX_MESSAGE);
	check(dumped.done, "T5 two dumps on one socket");
	close(dump);

	for (i = 0; i < 50; i++) {
		dump = open_socket();
		start_dump(dump, i % 2 ? MEMCTL_CMD_HANDLE_GET : MEMCTL_CMD_CACHE_GET);
		if (i % 3)
			receive_part(dump, &dumped, MAX_MESSAGE);
		close(dump);
	}
	check(true, "T5 50 dumps abandoned");

	dump = open_socket();
	memset(&dumped, 0, sizeof(dumped));
	start_dump(dump, MEMCTL_CMD_HANDLE_GET);
	receive_part(dump, &dumped, MAX_MESSAGE);
	check(hold_many(fd, 1) && make_cache(fd, "t5", 40), "T5 a stopped reader holds no lock");
	begin(&request, family, MEMCTL_CMD_CACHE_DEL, 0);
	put_text(&request, MEMCTL_A_CACHE_NAME, "t5");
	check(!finish(fd, &request, &reply), "T5 nor a cache");
	close(dump);

	fflush(stdout);
	pid = fork();
	if (!pid) {
		int own = open_socket();

		for (;;) {
			hold_many(own, 64);
			make_cache(own, "t5-storm", 48);
			begin(&request, family, MEMCTL_CMD_CACHE_DEL, 0);
			put_text(&request, MEMCTL_A_CACHE_NAME, "t5-storm");
			finish(own, &request, &reply);
			free_held(own);
		}
	}
	dump = open_socket();
	for (i = 0, dumped.nr = 0; i < 100; i++) {
		static const uint8_t cmds[] = { MEMCTL_CMD_HANDLE_GET, MEMCTL_CMD_CACHE_GET,
						MEMCTL_CMD_ZONE_GET, MEMCTL_CMD_CHUNK_GET };

		start_dump(dump, cmds[i % sizeof(cmds)]);
		dumped.nr += receive_all(dump, MAX_MESSAGE).done;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(dump);
	check(dumped.nr == 100, "T5 %u of 100 dumps end while others allocate and delete",
	      dumped.nr);
	free_held(fd);
	begin(&request, family, MEMCTL_CMD_CACHE_DEL, 0);
	put_text(&request, MEMCTL_A_CACHE_NAME, "t5-storm");
	finish(fd, &request, &reply);
}

static void test_refused_dumps(int fd)
{
	begin(&request, family, MEMCTL_CMD_HANDLE_GET, NLM_F_DUMP);
	put_text(&request, 2, "nowhere");
	refused(fd, -ENOENT, 0, false, "T5 dump of an arena that is not there");
	begin(&request, family, MEMCTL_CMD_HANDLE_GET, NLM_F_DUMP);
	put_u32(&request, MEMCTL_A_HANDLE_KIND, 3);
	refused(fd, -ERANGE, -EINVAL, false, "T5 dump of handles of kind 3");
	begin(&request, family, MEMCTL_CMD_PT_GET, NLM_F_DUMP);
	put_text(&request, MEMCTL_A_PT_REGION, "nowhere");
	refused(fd, ANY_ERROR, 0, false, "T5 dump of a region that is not there");
}

/* --- many caches --- */

#define NR_MANY 10000

/* So many caches at once. Return: how many were made. */
static unsigned int make_many(int fd, unsigned int nr)
{
	char name[16];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		if (!make_cache(fd, name, 8))
			break;
	}
	return i;
}

static unsigned int remove_many(int fd, unsigned int nr)
{
	unsigned int i, nr_removed = 0;
	char name[16];

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		begin(&request, family, MEMCTL_CMD_CACHE_DEL, 0);
		put_text(&request, MEMCTL_A_CACHE_NAME, name);
		nr_removed += !finish(fd, &request, &reply);
	}
	return nr_removed;
}

static void test_many_caches(int fd)
{
	struct dumped none, many;
	int dump = open_socket();
	unsigned int nr;

	start_dump(dump, MEMCTL_CMD_CACHE_GET);
	none = receive_all(dump, MAX_MESSAGE);
	nr = make_many(fd, NR_MANY);
	check(nr == NR_MANY, "T5 %u caches", nr);
	start_dump(dump, MEMCTL_CMD_CACHE_GET);
	many = receive_all(dump, MAX_MESSAGE);
	check(many.done && !many.interrupted && many.nr == none.nr + nr,
	      "T5 a dump of %u caches in %u parts", many.nr, many.parts);
	close(dump);
	check(remove_many(fd, nr) == nr, "T5 %u caches removed", nr);
}

/*
 * For test_load.sh: a dump of more caches than a reply has room for is begun
 * and left alone for a while, so that it alone holds the module.
 */
static int hold_dump(int fd, unsigned int seconds)
{
	int dump = open_socket();
	unsigned int nr = make_many(fd, 500);

	start_dump(dump, MEMCTL_CMD_CACHE_GET);
	puts("holding");
	fflush(stdout);
	sleep(seconds);
	close(dump);
	return remove_many(fd, nr) == 500 ? KSFT_PASS : KSFT_FAIL;
}

int main(int argc, char **argv)
{
	uint64_t before[NR_WATCHED], after[NR_WATCHED];
	uint64_t nr_checks, nr_problems;
	int fd;

	if (argc == 3 && !strcmp(argv[1], "--race"))
		return run_races(argv[2]);
	fd = open_socket();
	printf("TAP version 13\n");
	if (fd < 0 || !find_family(fd)) {
		printf("1..0 # SKIP the module is not loaded\n");
		return KSFT_SKIP;
	}
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return KSFT_SKIP;
	}
	if (argc == 3 && !strcmp(argv[1], "--hold-dump"))
		return hold_dump(fd, strtoul(argv[2], NULL, 10));
	watch(fd, before);
	if (argc == 3 && !strcmp(argv[1], "--rights")) {
		test_rights(fd, argv[2]);
	} else if (argc == 3 && !strcmp(argv[1], "--texts")) {
		test_texts(fd, strtoul(argv[2], NULL, 10));
	} else {
		test_malformed(fd);
		test_values(fd);
		test_spaces(fd);
		test_handles(fd);
		test_batches(fd);
		test_dumps(fd);
		test_refused_dumps(fd);
		test_many_caches(fd);
	}
	watch(fd, after);
	check(!memcmp(before, after, sizeof(before)), "the counts are those of the start");

	begin(&request, family, MEMCTL_CMD_VERIFY, 0);
	finish(fd, &request, &reply);
	nr_checks = replied_number(&reply, MEMCTL_A_VERIFY_NR_CHECKS);
	nr_problems = replied_number(&reply, MEMCTL_A_VERIFY_NR_PROBLEMS);
	check(!reply.error && nr_checks && !nr_problems, "verify: %u checks, %u problems",
	      (unsigned int)nr_checks, (unsigned int)nr_problems);
	printf("1..%u\n", nr_tests);
	return nr_failed ? KSFT_FAIL : KSFT_PASS;
}
