// SPDX-License-Identifier: GPL-2.0
/*
 * What a region's limit counts: pages, tables, frames that are lent or held by
 * sockets, and those that files are being read into. A process that has but a
 * descriptor tries to have more, in every way that there is, while another
 * region of the arena needs frames.
 */
#include <linux/falloc.h>
#include <pthread.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include "region_process.h"
#include "region_shared_mm.h"
#include "region_pinned.h"
#include "region_user.h"

#define LIMIT	   64U
#define LIMIT_SIZE (64UL << 30)
#define LEAF_TABLE (2UL << 20)
#define MAX_LOANS  (1U << 16)

static struct memctl_dev_info limit_info(int fd)
{
	struct memctl_dev_info info = {};

	if (ioctl(fd, MEMCTL_DEV_INFO, &info))
		die("MEMCTL_DEV_INFO");
	return info;
}

/* Frames charged, which have to be the sum of what they are said to be, and within the limit. */
static unsigned int charged(int fd)
{
	struct memctl_dev_info info = limit_info(fd);

	if (info.nr_charged != info.nr_frames + info.nr_tables + info.nr_large + info.nr_away ||
	    (info.limit && info.nr_charged > info.limit)) {
		printf("# %u pages, %u tables, %u large, %u away: %u charged of %u\n",
		       info.nr_frames, info.nr_tables, info.nr_large, info.nr_away, info.nr_charged,
		       info.limit);
		return UINT32_MAX;
	}
	return info.nr_charged;
}

static bool charged_becomes(int fd, unsigned int nr)
{
	for (int i = 0; i < 600 && charged(fd) != nr; i++)
		usleep(100000);
	return charged(fd) == nr;
}

static void drop_all(int fd, size_t size)
{
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)size))
		die("fallocate");
}

/* Another region of the arena has as much as ever, and the records are sound. */
static void neighbour_lives(const char *after)
{
	int fd = bind_region("neighbour", O_RDWR);
	char *a = map_region(fd, 8 << 20, PROT_READ | PROT_WRITE, 0);
	unsigned int got = 0;

	for (unsigned long i = 0; i < 2000; i++)
		got += !try_write(a + i * PAGE, i);
	drop_all(fd, 8 << 20);
	munmap(a, 8 << 20);
	close(fd);
	expect(got == 2000 && verified(), "another region has its frames, after %s (%u)", after,
	       got);
}

/* --- tables --------------------------------------------------------------------------------- */

/* Pages that nobody writes have no frame, but a table for each 2 MiB. */
static void limit_sparse(int fd, unsigned int levels)
{
	char *a = map_region(fd, LIMIT_SIZE, PROT_READ, 0);
	unsigned int got = 0, refused = 0, again = 0;
	uint64_t word;

	for (unsigned long i = 0; i < 3000; i++) {
		int caught = try_read(a + (i % 512) * LEAF_TABLE, &word);

		got += !caught && i < 512;
		again += !caught && i >= 512;
		refused += caught == SIGBUS;
	}
	/* Root and middle levels are there but once. */
	expect(got == LIMIT - (levels - 1),
	       "a table for each of %u pages that are read, then SIGBUS", got);
	expect(got + again + refused == 3000 && again == 4 * got + (got < 440 ? got : 440),
	       "what is there stays there");
	expect(charged(fd) == LIMIT && !limit_info(fd).nr_frames, "all that is charged are tables");
	neighbour_lives("tables by reads");
	drop_all(fd, LIMIT_SIZE);
	expect(charged(fd) == 1, "the root alone is left");
	for (got = 0; !try_read(a + got * (1UL << 30), &word); got++)
		;
	expect(got == (LIMIT - (levels - 2)) / 2 && charged(fd) <= LIMIT,
	       "two for each of %u pages that are a gigabyte apart", got);
	drop_all(fd, LIMIT_SIZE);
	munmap(a, LIMIT_SIZE);
}

static void limit_calls(int fd, unsigned int levels)
{
	struct memctl_dev_range all = { .size = LIMIT_SIZE }, one = { .size = PAGE };
	unsigned int nr;
	char page[PAGE];
	int pipes[2];
	bool good;

	expect(is_refused(ioctl(fd, MEMCTL_DEV_POPULATE, &all), ENOMEM) && charged(fd) == LIMIT,
	       "populate of all: ENOMEM");
	expect(limit_info(fd).nr_frames == LIMIT - levels, "with all pages that there are");
	good = pread(fd, page, PAGE, 0) == (ssize_t)PAGE &&
	       is_refused(pwrite(fd, page, PAGE, 1 << 20), ENOMEM) &&
	       is_refused(pread(fd, page, PAGE, 1 << 30), ENOMEM) && charged(fd) == LIMIT;
	expect(good, "write of one more, read of one that needs tables: ENOMEM");
	if (pipe(pipes))
		die("pipe");
	good = splice(fd, &(loff_t){ 0 }, pipes[1], NULL, PAGE, 0) == (ssize_t)PAGE &&
	       is_refused(splice(fd, &(loff_t){ 1 << 30 }, pipes[1], NULL, PAGE, 0), ENOMEM);
	expect(good && charged(fd) == LIMIT, "what is there can be lent, what is not cannot");
	expect(!ioctl(fd, MEMCTL_DEV_DISCARD, &one) && charged(fd) == LIMIT,
	       "a page that is lent counts when it is discarded");
	close(pipes[0]);
	close(pipes[1]);
	expect(charged(fd) == LIMIT - 1, "until it is back");
	nr = limit_info(fd).nr_frames;
	expect(!ioctl(fd, MEMCTL_DEV_POPULATE, &one) && limit_info(fd).nr_frames == nr + 1,
	       "then there is room again");
	drop_all(fd, LIMIT_SIZE);
}

/* A limit that is less than the tables of one page. */
static void limit_small(void)
{
	struct memctl_dev_range one = { .size = PAGE };
	uint64_t word;
	char *a, byte = 1;
	int fd, pipes[2];
	bool good;

	expect(!memctl("region add small --size 64G --limit 4"), "make a region of four frames");
	fd = bind_region("small", O_RDWR);
	a = map_region(fd, LIMIT_SIZE, PROT_READ | PROT_WRITE, 0);
	if (pipe(pipes))
		die("pipe");
	memctl("region set small --limit 1");
	good = try_read(a, &word) == SIGBUS && try_write(a + PAGE, 1) == SIGBUS &&
	       is_refused(pwrite(fd, &byte, 1, 0), ENOMEM) &&
	       is_refused(ioctl(fd, MEMCTL_DEV_POPULATE, &one), ENOMEM) &&
	       is_refused(splice(fd, NULL, pipes[1], NULL, PAGE, 0), ENOMEM);
	expect(good && charged(fd) == 1, "of one it has the root of its tables, and no page");
	good = !memctl("region set small --limit 4");
	for (unsigned long i = 0; i < 30000; i++)
		good &= try_read(a + i * LEAF_TABLE, &word) == SIGBUS || !i;
	expect(good && charged(fd) <= 4, "nor of four more than one, however many are tried");
	expect(memctl("region set small --limit 1") == (charged(fd) > 1 ? 2 : 0),
	       "no limit below what is charged");
	close(pipes[0]);
	close(pipes[1]);
	munmap(a, LIMIT_SIZE);
	close(fd);
	expect(!memctl("region del small"), "remove it");
}

/* --- loans ---------------------------------------------------------------------------------- */

/* Lend a page to a fresh pipe each time, and @discard it. Return: how often. */
static unsigned int lend_to_pipes(int fd, int (*pipes)[2], unsigned int most, bool discard)
{
	char page[PAGE];
	unsigned int nr;

	memset(page, 0x55, PAGE);
	for (nr = 0; nr < most; nr++) {
		if (pwrite(fd, page, PAGE, 0) != (ssize_t)PAGE)
			break;
		if (pipe(pipes[nr]))
			die("pipe");
		if (splice(fd, &(loff_t){ 0 }, pipes[nr][1], NULL, PAGE, 0) != (ssize_t)PAGE)
			die("splice");
		if (discard && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE))
			die("fallocate");
		if (charged(fd) > LIMIT)
			die("more is charged than the limit");
	}
	return nr;
}

static void close_pipes(int (*pipes)[2], unsigned int nr)
{
	while (nr--) {
		close(pipes[nr][0]);
		close(pipes[nr][1]);
	}
}

static void limit_pipes(int fd, unsigned int levels)
{
	int pipes[2 * LIMIT][2], more[2];
	unsigned int nr, before;
	char page[PAGE];
	bool good;

	nr = lend_to_pipes(fd, pipes, 2 * LIMIT, true);
	expect(nr == LIMIT - levels, "write, splice, discard: %u times, then ENOMEM", nr);
	expect(limit_info(fd).nr_away == nr, "all of them are away");
	neighbour_lives("pages in pipes");
	before = charged(fd);
	if (pipe(more) || tee(pipes[0][0], more[1], PAGE, 0) != (ssize_t)PAGE)
		die("tee");
	expect(charged(fd) == before, "a page in two pipes counts once");
	close_pipes(pipes, 1);
	expect(charged(fd) == before, "until it is in neither");
	good = read(more[0], page, PAGE) == (ssize_t)PAGE && is_filled(page, 0x55, PAGE) &&
	       charged(fd) == before - 1;
	expect(good, "what is read is as it was, and back");
	close(more[0]);
	close(more[1]);
	expect(pwrite(fd, page, PAGE, 0) == (ssize_t)PAGE, "there is room again");
	close_pipes(pipes + 1, nr - 1);
	drop_all(fd, LIMIT_SIZE);
	expect(charged(fd) == 1 && verified(), "all come back");

	nr = lend_to_pipes(fd, pipes, 2 * LIMIT, false);
	expect(nr == 2 * LIMIT && charged(fd) == levels + 1 && verified(),
	       "a page that is written and lent %u times is one", nr);
	close_pipes(pipes, nr);
	drop_all(fd, LIMIT_SIZE);
}

/* Sends pages one by one until there is no room; they wait to be received. */
static void limit_socket(int fd, const char *what, const int *pair)
{
	char page[PAGE];
	unsigned int nr, got = 0;
	int size = 8 << 20;
	bool good;

	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(pair[0], SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	memset(page, 0x66, PAGE);
	for (nr = 0; nr < 2 * LIMIT && pwrite(fd, page, PAGE, 0) == (ssize_t)PAGE; nr++) {
		if (sendfile(pair[1], fd, &(off_t){ 0 }, PAGE) != (ssize_t)PAGE)
			break;
		drop_all(fd, LIMIT_SIZE);
		if (charged(fd) > LIMIT)
			break;
	}
	good = limit_info(fd).nr_away >= LIMIT - 8 && charged(fd) <= LIMIT;
	expect(good, "%s: write, send, discard: %u times, %u away, then refused", what, nr,
	       limit_info(fd).nr_away);
	neighbour_lives(what);
	for (unsigned int i = 0; i < nr; i++) {
		size_t part = 0;

		while (part < PAGE) {
			ssize_t done = read(pair[0], page + part, PAGE - part);

			if (done <= 0)
				break;
			part += (size_t)done;
		}
		got += part == PAGE && is_filled(page, 0x66, PAGE);
	}
	expect(got == nr, "all that was sent is received, as it was (%u)", got);
	close(pair[0]);
	close(pair[1]);
	drop_all(fd, LIMIT_SIZE);
	expect(charged_becomes(fd, 1) && verified(), "and all come back");
}

/* More loans than there may be, of one page, in as few pipes as can be. */
static void limit_loans(int fd)
{
	enum { SLOTS = 256, PIPES = MAX_LOANS / SLOTS + 1 };
	static int pipes[PIPES][2];
	unsigned int nr = 0, full = 0;
	ssize_t done = 1;

	for (; done > 0 && full < PIPES; full++) {
		if (pipe2(pipes[full], O_NONBLOCK) ||
		    fcntl(pipes[full][1], F_SETPIPE_SZ, SLOTS * (int)PAGE) < 0)
			die("pipe");
		while (done > 0) {
			done = splice(fd, &(loff_t){ 0 }, pipes[full][1], NULL, 1,
				      SPLICE_F_NONBLOCK);
			nr += done > 0;
			if (done < 0 && errno == EAGAIN) {
				done = 1;
				break;
			}
		}
	}
	expect(nr == MAX_LOANS && errno == ENOMEM, "%u loans of a region, then ENOMEM", nr);
	expect(is_refused(tee(pipes[0][0], pipes[full - 1][1], 1, SPLICE_F_NONBLOCK), EFAULT),
	       "a copy of one in another pipe: EFAULT");
	neighbour_lives("loans");
	close_pipes(pipes, full);
	expect(nothing_held("limited"), "all are back");
}

/* --- forks, large leaves, races ------------------------------------------------------------- */

static void limit_fork(int fd, unsigned int levels)
{
	struct memctl_dev_range some = { .size = (LIMIT - levels) * PAGE };
	int child, pipes[2];
	unsigned int got = 0;
	char *a, *b;

	expect(!ioctl(fd, MEMCTL_DEV_POPULATE, &some) && charged(fd) == LIMIT, "fill a region");
	if (pipe(pipes) || splice(fd, &(loff_t){ 0 }, pipes[1], NULL, PAGE, 0) != (ssize_t)PAGE)
		die("splice");
	expect(!memctl("region fork limited child"), "fork it, with a page in a pipe");
	child = bind_region("child", O_RDWR);
	expect(charged(child) == LIMIT && charged(fd) == LIMIT, "both are charged for all");
	a = map_region(fd, some.size, PROT_READ | PROT_WRITE, 0);
	b = map_region(child, some.size, PROT_READ | PROT_WRITE, 0);
	for (unsigned long i = 0; i < LIMIT - levels; i++)
		got += !try_write(b + i * PAGE, i) && charged(child) == LIMIT;
	expect(got == LIMIT - levels, "the copy writes to its own pages (%u)", got);
	expect(try_write(a, 1) == SIGBUS, "a write to the page that is lent would be one more");
	expect(!try_write(a + PAGE, 1) && charged(fd) == LIMIT, "to others it is not");
	drop_all(child, some.size);
	expect(charged(child) == 1 && charged(fd) == LIMIT && verified(),
	       "each has its own account");
	close(pipes[0]);
	close(pipes[1]);
	expect(!try_write(a, 1) && charged(fd) == LIMIT, "when it is back it is written in place");
	munmap(a, some.size);
	munmap(b, some.size);
	close(child);
	drop_all(fd, LIMIT_SIZE);
	expect(!memctl("region del child") && verified(), "remove the copy");
}

/* Processes, their mappings and their tables are the host's to count. */
static void limit_processes(int fd)
{
	char *a = map_region(fd, 64 * PAGE, PROT_READ | PROT_WRITE, 0);
	unsigned int before, good = 0;
	int pid, status;

	try_write(a, 1);
	before = charged(fd);
	for (int i = 0; i < 50; i++) {
		pid = fork();
		if (!pid) {
			for (unsigned long page = 0; page < 64; page += 2)
				mprotect(a + page * PAGE, PAGE, PROT_READ);
			madvise(a + 8 * PAGE, PAGE, MADV_DONTFORK);
			_exit(*(volatile uint64_t *)a != 1 || charged(fd) != before);
		}
		waitpid(pid, &status, 0);
		good += !status;
	}
	expect(good == 50 && charged(fd) == before,
	       "forks, and mappings cut in pieces, cost nothing");
	munmap(a, 64 * PAGE);
	drop_all(fd, LIMIT_SIZE);
}

static void limit_large(unsigned int levels)
{
	struct memctl_dev_range page = { .offset = 3 * PAGE, .size = PAGE };
	bool has_large = !access("/sys/kernel/mm/transparent_hugepage", F_OK);
	unsigned int need = 512 + levels;
	bool good;
	char *a;
	int fd;

	expect(!memctl("region add blocks --size 1G --order 9 --limit %u", need - 1),
	       "a limit of one less than 2 MiB with all tables");
	fd = bind_region("blocks", O_RDWR);
	a = map_region(fd, 4 << 20, PROT_READ | PROT_WRITE, 0);
	expect(!try_write(a, 1) && !limit_info(fd).nr_large && charged(fd) == levels + 1,
	       "gives a page");
	drop_all(fd, 1 << 30);
	expect(!memctl("region set blocks --limit %u", need), "one more");
	good = !try_write(a, 1) && limit_info(fd).nr_large == has_large &&
	       charged(fd) == (has_large ? need : levels + 1);
	expect(good, "gives a leaf of 2 MiB, and a table for its split");
	expect(try_write(a + (2 << 20), 1) == (has_large ? SIGBUS : 0), "and nothing more");
	good = !ioctl(fd, MEMCTL_DEV_DISCARD, &page) && !limit_info(fd).nr_large &&
	       charged(fd) == (has_large ? need - 1 : levels + 3);
	expect(good, "a part of it can be discarded, for which it is split");
	expect(!try_write(a + 3 * PAGE, 1) && verified(), "and be written again");
	drop_all(fd, 1 << 30);
	/* Zeros have a table already, which the leaf takes the place of. */
	good = !try_read(a, &(uint64_t){ 0 }) && !try_write(a + PAGE, 1) &&
	       limit_info(fd).nr_large == has_large && charged(fd) <= need && verified();
	expect(good, "a leaf of 2 MiB in the place of zeros");
	munmap(a, 4 << 20);
	close(fd);
	expect(!memctl("region del blocks"), "remove it");
}

static int limit_fd;
static unsigned int limit_rounds;

static void *limit_racer(void *argument)
{
	unsigned int seed = (unsigned int)(uintptr_t)argument;
	int pipes[2];

	if (pipe2(pipes, O_NONBLOCK))
		die("pipe");
	for (unsigned int i = 0; i < limit_rounds; i++) {
		loff_t place =
			(loff_t)(rand_r(&seed) % 100) * (rand_r(&seed) % 2 ? (1 << 21) : 4096);
		char page[PAGE];

		switch (rand_r(&seed) % 5) {
		case 0:
		case 1:
			pwrite(limit_fd, page, PAGE, place);
			break;
		case 2:
			splice(limit_fd, &place, pipes[1], NULL, PAGE, SPLICE_F_NONBLOCK);
			break;
		case 3:
			read(pipes[0], page, PAGE);
			break;
		default:
			fallocate(limit_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, place,
				  PAGE);
		}
	}
	close(pipes[0]);
	close(pipes[1]);
	return NULL;
}

static void limit_race(int fd)
{
	const char *text = getenv("LIMIT_ROUNDS");
	pthread_t threads[4];
	unsigned int bad = 0;

	limit_fd = fd;
	limit_rounds = text ? (unsigned int)strtoul(text, NULL, 0) : 5000;
	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, limit_racer, (void *)(i + 1));
	for (int i = 0; i < 5; i++)
		bad += charged(fd) > LIMIT || memctl("verify");
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	expect(!bad && charged(fd) <= LIMIT && verified(), "four threads at once pass no limit");
	drop_all(fd, LIMIT_SIZE);
	expect(charged_becomes(fd, 1), "and all come back");
}

/* --- what a program of before sees ---------------------------------------------------------- */

static void limit_abi(int fd)
{
	const unsigned int first = MEMCTL_DEV_INFO_SIZE_0;
	union {
		struct memctl_dev_info info;
		unsigned char bytes[256];
	} answer;
	bool good;

	memset(&answer, 0xaa, sizeof(answer));
	good = !ioctl(fd, _IOC(_IOC_READ, MEMCTL_DEV_MAGIC, 2, first), &answer) &&
	       answer.info.size == LIMIT_SIZE && answer.info.limit == LIMIT &&
	       is_filled(answer.bytes + first, 0xaa, sizeof(answer) - first);
	expect(good, "a program that knows less of the answer gets that");
	memset(&answer, 0xaa, sizeof(answer));
	good = !ioctl(fd, _IOC(_IOC_READ, MEMCTL_DEV_MAGIC, 2, 200), &answer) &&
	       answer.info.nr_charged == limit_info(fd).nr_charged &&
	       is_filled(answer.bytes + sizeof(answer.info), 0, 200 - sizeof(answer.info)) &&
	       is_filled(answer.bytes + 200, 0xaa, sizeof(answer) - 200);
	expect(good, "one that knows more gets zeros for it");
	good = is_refused(ioctl(fd, _IOC(_IOC_READ, MEMCTL_DEV_MAGIC, 2, first - 1), &answer),
			  ENOTTY) &&
	       is_refused(ioctl(fd, _IOC(_IOC_WRITE, MEMCTL_DEV_MAGIC, 2, first), &answer),
			  ENOTTY) &&
	       is_refused(ioctl(fd, MEMCTL_DEV_INFO, NULL), EFAULT);
	expect(good, "others are refused");
}

void test_limit(void)
{
	unsigned int levels;
	int fd, pair[2];
	cpu_set_t all;

	expect(!memctl("region add neighbour --size 8M"), "make a region without a limit");
	expect(!memctl("region add limited --size 64G --limit %u", LIMIT), "make one of %u frames",
	       LIMIT);
	fd = bind_region("limited", O_RDWR);
	levels = (unsigned int)region_number("limited", "LEVELS");
	limit_abi(fd);
	limit_sparse(fd, levels);
	limit_calls(fd, levels);
	limit_small();
	limit_pipes(fd, levels);
	/* The host leaves what is received to the processor that it was sent on. */
	sched_getaffinity(0, sizeof(all), &all);
	pin_to(0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	limit_socket(fd, "a local socket", pair);
	if (expect(connect_pair(pair), "connect to ourselves"))
		limit_socket(fd, "TCP", pair);
	sched_setaffinity(0, sizeof(all), &all);
	limit_loans(fd);
	limit_fork(fd, levels);
	limit_processes(fd);
	limit_large(levels);
	limit_race(fd);
	close(fd);
	expect(!memctl("region del limited") && !memctl("region del neighbour"), "remove them");
}
