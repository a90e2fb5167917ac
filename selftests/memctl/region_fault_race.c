// SPDX-License-Identifier: GPL-2.0
/*
 * T9, faults that race; T10, contents. What a thread may see of a page is
 * what was written to it in its own region, or zeros; never a word of whoever
 * has the frame next.
 */
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include "region_process.h"
#include "region_shared_mm.h"
#include "region_user.h"

#define RACE_PAGES 256UL
/* Words of a region begin with its own letter. */
#define WORD_A	  0xaaaa000000000000ULL
#define WORD_B	  0xbbbb000000000000ULL
#define WORD_KIND 0xffff000000000000ULL

static char *race_memory;
static int race_fd;
static volatile bool race_over;
static unsigned long race_stale, race_rounds;

static unsigned long race_pick(unsigned int *seed, unsigned long limit)
{
	return (unsigned long)rand_r(seed) % limit;
}

static void *race_toucher(void *argument)
{
	unsigned int seed = (unsigned int)(uintptr_t)argument;

	while (!race_over) {
		volatile uint64_t *word =
			(void *)(race_memory + PAGE * race_pick(&seed, RACE_PAGES));
		uint64_t value = *word;

		if (value && (value & WORD_KIND) != WORD_A)
			__atomic_add_fetch(&race_stale, 1, __ATOMIC_RELAXED);
		if (race_pick(&seed, 2))
			*word = WORD_A | seed;
	}
	return NULL;
}

static void *race_discarder(void *argument)
{
	unsigned int seed = (unsigned int)(uintptr_t)argument;

	while (!race_over) {
		unsigned long first = race_pick(&seed, RACE_PAGES);
		unsigned long nr = 1 + race_pick(&seed, RACE_PAGES - first);

		fallocate(race_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  (off_t)(first * PAGE), (off_t)(nr * PAGE));
		__atomic_add_fetch(&race_rounds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void *race_mapper(void *argument)
{
	unsigned int seed = (unsigned int)(uintptr_t)argument;

	while (!race_over) {
		char *start = map_region(race_fd, RACE_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);

		for (int i = 0; start && i < 8; i++) {
			char *page = start + PAGE * race_pick(&seed, RACE_PAGES);

			*(volatile uint64_t *)page;
			mprotect(page, PAGE, PROT_READ);
			mprotect(page, PAGE, PROT_READ | PROT_WRITE);
			*(volatile uint64_t *)page = WORD_A | 1;
		}
		munmap(start, RACE_PAGES * PAGE);
	}
	return NULL;
}

/* Takes the frames that come free, for another region, and fills them. */
static void *race_thief(void *argument)
{
	int fd = bind_region("thief", O_RDWR);
	char *start = map_region(fd, RACE_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);

	(void)argument;
	while (!race_over) {
		for (unsigned long i = 0; i < RACE_PAGES; i++) {
			uint64_t *page = (uint64_t *)(start + i * PAGE);

			if (page[0] || page[511])
				__atomic_add_fetch(&race_stale, 1, __ATOMIC_RELAXED);
			for (int j = 0; j < 512; j++)
				page[j] = WORD_B | i;
		}
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, RACE_PAGES * PAGE);
	}
	munmap(start, RACE_PAGES * PAGE);
	close(fd);
	return NULL;
}

static unsigned long race_seconds(void)
{
	const char *text = getenv("RACE_SECONDS");

	return text ? strtoul(text, NULL, 0) : 10;
}

static void race_storm(void)
{
	void *(*const run[])(void *) = { race_toucher, race_toucher, race_discarder, race_mapper,
					 race_thief };
	time_t end = time(NULL) + (time_t)race_seconds();
	unsigned int nr_compared = 0, bad = 0;
	pthread_t threads[5];

	race_over = false;
	for (uintptr_t i = 0; i < 5; i++)
		pthread_create(&threads[i], NULL, run[i], (void *)(i + 1));
	while (time(NULL) < end) {
		bad += !!memctl("pt verify");
		nr_compared++;
	}
	race_over = true;
	for (int i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
	expect(!race_stale, "no stale byte in %lu discards", race_rounds);
	expect(!bad, "tables are equal each of %u times while it goes on", nr_compared);
	expect(!memctl("verify"), "and sound after it");
}

/* More than there is: SIGBUS, at once, and nothing is lost. */
static void race_exhaust(void)
{
	unsigned long got = 0, refused = 0, tables;
	int fd;
	char *start;

	expect(!memctl("region add full --size 4M"), "make a region");
	/* Those of the first page; the limit is met before the second 2 MiB. */
	tables = (unsigned long)region_number("full", "LEVELS");
	expect(!memctl("region set full --limit %lu", 100 + tables),
	       "of a hundred frames, and their tables");
	fd = bind_region("full", O_RDWR);
	start = map_region(fd, 4 << 20, PROT_READ | PROT_WRITE, 0);
	for (unsigned long i = 0; i < 1024; i++) {
		int caught = try_write(start + i * PAGE, i);

		got += !caught;
		refused += caught == SIGBUS;
	}
	expect(got == 100 && refused == 924, "a hundred writes, then SIGBUS");
	munmap(start, 4 << 20);
	close(fd);
	expect(!memctl("region del full") && !memctl("verify"), "remove it");

	expect(!memctl("region add full --size 1G"), "make a region larger than the arena");
	fd = bind_region("full", O_RDWR);
	start = map_region(fd, 1 << 30, PROT_READ | PROT_WRITE, 0);
	for (got = 0; !try_write(start + got * PAGE, got); got++)
		;
	expect(got > 1000 && try_write(start + got * PAGE, 1) == SIGBUS && !memctl("pt verify"),
	       "the arena is full after %lu pages", got);
	munmap(start, 1 << 30);
	close(fd);
	expect(!memctl("region del full") && !memctl("verify"), "remove it");
}

static void race_kill(void)
{
	int pid, status;

	for (int i = 0; i < 20; i++) {
		pid = fork();
		if (!pid) {
			for (unsigned int seed = 1;; seed++)
				*(volatile uint64_t *)(race_memory +
						       PAGE * race_pick(&seed, RACE_PAGES)) =
					WORD_A | seed;
		}
		usleep(1000 * (unsigned int)(1 + i));
		fallocate(race_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			  RACE_PAGES * PAGE);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	expect(!memctl("pt verify") && !memctl("verify"), "killed in a fault");
}

/* --- forks while another CPU writes --- */

#define RACE_FORKS 20

static void race_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* One CPU does for all where there is no other. */
	sched_setaffinity(0, sizeof(set), &set);
}

/* Has the entry of one page in its TLB all the time, but when that is taken away. */
static void *race_writer(void *argument)
{
	volatile uint64_t *word = (void *)race_memory;

	(void)argument;
	race_pin(1);
	for (uint64_t n = 1; !race_over; n++)
		*word = WORD_A | n;
	return NULL;
}

/* Return: whether a fork's word is the same all the time that its parent's is written. */
static bool race_fork_holds(void)
{
	volatile uint64_t *parent = (void *)race_memory, *child;
	uint64_t first, last, was;
	int fd;

	if (memctl("region fork race copy"))
		return false;
	fd = bind_region("copy", O_RDWR);
	child = map_region(fd, PAGE, PROT_READ, 0);
	if (!child)
		return false;
	first = *child;
	was = *parent;
	/* The other CPU may not have its turn at once. */
	for (int i = 0; i < 500 && (i < 2 || *parent == was); i++)
		usleep(10000);
	last = *child;
	race_rounds += *parent != was;
	munmap((void *)child, PAGE);
	close(fd);
	return !memctl("pt verify") && !memctl("region del copy") && first == last;
}

/* A frame that a fork shares is not written through what a TLB had of it before. */
static void race_fork(void)
{
	unsigned int nr_changed = 0;
	pthread_t thread;
	cpu_set_t all;

	sched_getaffinity(0, sizeof(all), &all);
	race_pin(0);
	race_over = false;
	race_rounds = 0;
	for (unsigned long i = 0; i < RACE_PAGES; i++)
		*(volatile uint64_t *)(race_memory + i * PAGE) = WORD_A;
	pthread_create(&thread, NULL, race_writer, NULL);
	for (unsigned int i = 0; i < RACE_FORKS; i++)
		nr_changed += !race_fork_holds();
	race_over = true;
	pthread_join(thread, NULL);
	sched_setaffinity(0, sizeof(all), &all);
	expect(!nr_changed, "%u of %u forks change while the parent is written", nr_changed,
	       RACE_FORKS);
	expect(race_rounds == RACE_FORKS && !memctl("verify"), "it was written each time");
}

/* --- mappings that change while they are compared --- */

#define STORM_SIZE (256UL << 20)

/* Cuts a mapping of many leaf tables in two, and the larger part again, takes it away and back. */
static void *race_changer(void *argument)
{
	static const unsigned int eighths[] = { 4, 6, 2, 7 };
	char *start = argument;

	for (unsigned int round = 0; !race_over; round++) {
		/* A part stays cut: a range of PFNs is not merged. */
		char *middle = start + STORM_SIZE / 8 * eighths[round % 4];

		*(volatile char *)middle = 1;
		mprotect(middle, PAGE, PROT_READ);
		(void)*(volatile char *)middle;
		mprotect(middle, PAGE, PROT_READ | PROT_WRITE);
		if (round % 4)
			continue;
		munmap(start, STORM_SIZE);
		usleep(1000);
		if (mmap(start, STORM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, race_fd,
			 0) != start)
			die("mmap");
		/* In each leaf table: what is not there is passed over. */
		for (unsigned long i = 0; i < STORM_SIZE; i += 2 << 20)
			(void)*(volatile char *)(start + i);
	}
	return NULL;
}

/*
 * How often a mapping is compared until it was seen to change in both ways: a
 * number and not a time, which says little where a comparison takes seconds.
 */
#define MIN_VERIFIES 20
#define MAX_VERIFIES 500

/* Verify says that it has not compared what changed, and makes no mismatch of it. */
static void race_changes(void)
{
	static const char *const names[] = { "changed", "retried" };
	long long nr_changed = 0, nr_retried = 0, seen[2];
	unsigned int nr = 0, bad = 0;
	pthread_t thread;
	char *start;

	expect(!memctl("region add storm --size %lu", STORM_SIZE),
	       "make a region to map and unmap");
	race_fd = bind_region("storm", O_RDWR);
	start = map_region(race_fd, STORM_SIZE, PROT_READ | PROT_WRITE, 0);
	race_over = false;
	pthread_create(&thread, NULL, race_changer, start);
	while (nr < MIN_VERIFIES || (nr < MAX_VERIFIES && !(nr_changed && nr_retried))) {
		bad += !!memctl_numbers("pt verify storm", names, seen, 2);
		nr_changed += seen[0];
		nr_retried += seen[1];
		nr++;
	}
	race_over = true;
	pthread_join(thread, NULL);
	expect(nr_changed > 0 && nr_retried > 0, "%lld mappings seen to change, %lld retried",
	       nr_changed, nr_retried);
	expect(!bad, "and no mismatch in %u times", nr);
	expect(!memctl_numbers("pt verify storm", names, seen, 2) && !seen[0] && verified(),
	       "nothing changes after it");
	munmap(start, STORM_SIZE);
	close(race_fd);
	expect(!memctl("region del storm"), "remove it");
}

void test_races(void)
{
	expect(!memctl("region add race --size %lu", RACE_PAGES * PAGE), "make a region");
	expect(!memctl("region add thief --size %lu", RACE_PAGES * PAGE), "make another");
	race_fd = bind_region("race", O_RDWR);
	race_memory = map_region(race_fd, RACE_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);
	race_storm();
	race_kill();
	race_fork();
	munmap(race_memory, RACE_PAGES * PAGE);
	close(race_fd);
	expect(!memctl("region del race") && !memctl("region del thief"), "remove both");
	race_changes();
	race_exhaust();
}

/* --- entries that are wrong when they go --- */

#define UNMAP_PAGE 0x100000002000ULL

static bool unmap_flip(void)
{
	return !memctl("plant pte --region wrong --address 0x%llx --level 1 --bit 1", UNMAP_PAGE);
}

/* For a module with verify_unmap=1. It counts as damage from here on, until the module is gone. */
void test_unmap(void)
{
	int fd, pid, status;
	char *start;

	expect(!memctl("region add wrong --size 4M"), "make a region");
	fd = bind_region("wrong", O_RDWR);
	start = map_region(fd, 4 << 20, PROT_READ | PROT_WRITE, 0);
	*(uint64_t *)(start + 2 * PAGE) = 1;
	pid = fork();
	if (!pid) {
		*(uint64_t *)(start + 2 * PAGE) = 2;
		munmap(start + PAGE, 2 * PAGE);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	expect(!memctl("verify"), "what a child unmaps is right");
	expect(unmap_flip(), "flip a bit of the shadow");
	munmap(start, 4 << 20);
	expect(unmap_flip(), "flip it back");
	expect(memctl("verify") == 5, "the entry that was unmapped is damage");
	close(fd);
	expect(!memctl("region del wrong") && memctl("verify") == 5, "without the region, too");
}

/* --- T10 --- */

#define CONTENT_SIZE (16UL << 20)

/* Every byte of it, eight at a time. */
static bool is_zeros(const char *page)
{
	const uint64_t *word = (const uint64_t *)page;
	uint64_t any = 0;

	for (unsigned long i = 0; i < PAGE / 8; i += 4)
		any |= word[i] | word[i + 1] | word[i + 2] | word[i + 3];
	return !any;
}

/* Take frames one by one, or all at once; each has to be zeros; leave something in each. */
static void __attribute__((noreturn)) content_look(bool at_once)
{
	struct memctl_dev_range all = { .offset = 0, .size = CONTENT_SIZE };
	int fd = bind_region("content", O_RDWR);
	char *start = map_region(fd, CONTENT_SIZE, PROT_READ | PROT_WRITE, 0);
	bool good = start && (!at_once || !ioctl(fd, MEMCTL_DEV_POPULATE, &all));

	for (unsigned long i = 0; good && i < CONTENT_SIZE; i += PAGE) {
		/* A write first, so that it is a frame of its own. */
		*(volatile char *)(start + i + 100) = 1;
		*(volatile char *)(start + i + 100) = 0;
		good = is_zeros(start + i);
		memset(start + i, 0x5c, PAGE);
	}
	_exit(good ? 0 : 1);
}

/* Frames go from region to region and from process to process; each is all zeros when it comes. */
void test_content(void)
{
	const char *text = getenv("CONTENT");
	unsigned long want = text ? strtoul(text, NULL, 0) << 20 : 1UL << 30, seen = 0, bad = 0;

	for (unsigned int round = 0; seen < want; round++) {
		int pid, status;

		if (memctl("region add content --size %lu%s", CONTENT_SIZE,
			   round % 3 == 1 ? " --order 9" : ""))
			break;
		pid = fork();
		if (!pid)
			content_look(round % 3 == 2);
		waitpid(pid, &status, 0);
		bad += status != 0;
		seen += CONTENT_SIZE;
		if (memctl("region del content"))
			break;
	}
	expect(!bad && seen >= want, "0 stale bytes in %lu MiB of frames reused", seen >> 20);
}
