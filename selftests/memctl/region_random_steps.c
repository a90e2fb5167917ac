// SPDX-License-Identifier: GPL-2.0
/*
 * Random steps of four processes on a region and its forks: map, touch,
 * write, mprotect, mremap, madvise, munmap, fork, exit, region fork and
 * removal, region unmap, map, protect and discard. One step at a time, so
 * that what each read has to find is known: what a region holds, and allows,
 * stands in memory that all of them share. Every hundred steps all tables are
 * compared, and then all move on to another CPU: as only one of them runs at
 * a time, they would do nothing but wake each other's.
 */
#include <stdarg.h>
#include "region_process.h"
#include "region_user.h"

#define RANDOM_PAGES	768UL
#define RANDOM_REGIONS	3
#define RANDOM_WORKERS	4
#define RANDOM_MAPPINGS 6
#define RANDOM_STEPS	100000UL

/* Kinds of steps, for the count of what was done. */
enum random_step {
	STEP_MAP,
	STEP_WRITE,
	STEP_TOUCH,
	STEP_MUNMAP,
	STEP_MPROTECT,
	STEP_MREMAP,
	STEP_MADVISE,
	STEP_FORK,
	STEP_EXIT,
	STEP_REGION_FORK,
	STEP_REGION_DEL,
	STEP_REGION_MAP,
	STEP_REGION_UNMAP,
	STEP_REGION_PROTECT,
	STEP_REGION_DISCARD,
	NR_STEPS
};

static const char *const step_names[NR_STEPS] = {
	"map",	      "write",	    "touch",	    "munmap",	      "mprotect",
	"mremap",     "madvise",    "fork",	    "exit",	      "region fork",
	"region del", "region map", "region unmap", "region protect", "region discard",
};

/* What all processes know. */
struct knowledge {
	uint64_t word[RANDOM_REGIONS][RANDOM_PAGES];
	/* The region's own rights, PROT_*; -1 where it has no vma */
	signed char rights[RANDOM_REGIONS][RANDOM_PAGES];
	bool exists[RANDOM_REGIONS];
	uint64_t seed, wrong, nr_reads, nr_writes, nr_refused;
	uint64_t nr_done[NR_STEPS];
	int cpu;
	char text[256];
};

/* What a worker has mapped, page by page as the rights that are left. */
struct mapping {
	char *start;
	unsigned long nr, offset;
	int region;
	/* -1 for a page that is gone: nothing that can be touched is there */
	signed char prot[RANDOM_PAGES];
};

static struct knowledge *known;
static struct mapping mappings[RANDOM_MAPPINGS];
static int files[RANDOM_REGIONS];

static unsigned long pick(unsigned long limit)
{
	known->seed ^= known->seed << 13;
	known->seed ^= known->seed >> 7;
	known->seed ^= known->seed << 17;
	return known->seed % limit;
}

static void __attribute__((format(printf, 1, 2))) wrong(const char *format, ...)
{
	va_list args;

	if (known->wrong++)
		return;
	va_start(args, format);
	vsnprintf(known->text, sizeof(known->text), format, args);
	va_end(args);
}

/* Most mappings can be written, or there would be little to compare. */
static int pick_prot(void)
{
	return pick(4) ? PROT_READ | PROT_WRITE : (int)pick(3);
}

static const char *region_name(int region)
{
	static const char *const names[] = { "rand0", "rand1", "rand2" };

	return names[region];
}

/* --- steps of a worker --- */

static struct mapping *some_mapping(void)
{
	struct mapping *m = &mappings[pick(RANDOM_MAPPINGS)];

	return m->start ? m : NULL;
}

static void step_map(void)
{
	struct mapping *m = &mappings[pick(RANDOM_MAPPINGS)];
	int prot = pick_prot(), region = (int)pick(RANDOM_REGIONS);

	if (m->start || !known->exists[region])
		return;
	if (files[region] < 0)
		files[region] = bind_region(region_name(region), O_RDWR);
	if (files[region] < 0) {
		wrong("bind to %s: %s", region_name(region), strerror(errno));
		return;
	}
	m->offset = pick(RANDOM_PAGES);
	m->nr = 1 + pick(RANDOM_PAGES - m->offset);
	m->region = region;
	m->start = map_region(files[region], m->nr * PAGE, prot, m->offset * PAGE);
	if (!m->start) {
		wrong("map %lu pages at %lu: %s", m->nr, m->offset, strerror(errno));
		return;
	}
	memset(m->prot, prot, m->nr);
	known->nr_done[STEP_MAP]++;
}

static void step_access(bool write)
{
	struct mapping *m = some_mapping();
	unsigned long page;
	uint64_t *expected, word = 0;
	signed char rights;
	bool allowed;
	int caught;

	if (!m)
		return;
	page = pick(m->nr);
	rights = known->rights[m->region][m->offset + page];
	expected = &known->word[m->region][m->offset + page];
	if (write) {
		allowed = m->prot[page] >= 0 && m->prot[page] & PROT_WRITE && rights >= 0 &&
			  rights & PROT_WRITE;
		word = pick(1UL << 62) + 1;
		caught = try_write(m->start + page * PAGE + 8 * ((m->offset + page) % 512), word);
		known->nr_writes++;
	} else {
		/* The hardware has no right to write without the one to read. */
		allowed = m->prot[page] > 0 && rights > 0;
		caught = try_read(m->start + page * PAGE + 8 * ((m->offset + page) % 512), &word);
		known->nr_reads++;
	}
	known->nr_refused += !!caught;
	known->nr_done[write ? STEP_WRITE : STEP_TOUCH]++;
	if (!caught != allowed)
		wrong("%s of page %lu of %s, rights %d and %d: signal %d", write ? "write" : "read",
		      m->offset + page, region_name(m->region), m->prot[page], rights, caught);
	else if (!caught && write)
		*expected = word;
	else if (!caught && word != *expected)
		wrong("page %lu of %s: %#llx, not %#llx", m->offset + page, region_name(m->region),
		      (unsigned long long)word, (unsigned long long)*expected);
}

/* Pages of a mapping are gone. Nobody else gets their addresses as long as it has others. */
static void leave(struct mapping *m, unsigned long first, unsigned long nr)
{
	if (mmap(m->start + first * PAGE, nr * PAGE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		wrong("mmap: %s", strerror(errno));
	memset(m->prot + first, -1, nr);
	for (unsigned long i = 0; i < m->nr; i++) {
		if (m->prot[i] >= 0)
			return;
	}
	munmap(m->start, m->nr * PAGE);
	m->start = NULL;
}

static void step_munmap(void)
{
	struct mapping *m = some_mapping();
	unsigned long first, nr;

	if (!m)
		return;
	first = pick(m->nr);
	nr = 1 + pick(m->nr - first);
	if (munmap(m->start + first * PAGE, nr * PAGE))
		wrong("munmap: %s", strerror(errno));
	known->nr_done[STEP_MUNMAP]++;
	leave(m, first, nr);
}

static void step_mprotect(void)
{
	struct mapping *m = some_mapping();
	unsigned long first, nr;
	int prot = pick_prot();

	if (!m)
		return;
	first = pick(m->nr);
	nr = 1 + pick(m->nr - first);
	for (unsigned long i = first; i < first + nr; i++) {
		if (m->prot[i] < 0)
			return;
	}
	if (mprotect(m->start + first * PAGE, nr * PAGE, prot))
		wrong("mprotect: %s", strerror(errno));
	known->nr_done[STEP_MPROTECT]++;
	memset(m->prot + first, prot, nr);
}

/* Move a run of pages that are mapped alike to another place; it becomes a mapping of its own. */
static void step_mremap(void)
{
	struct mapping *m = some_mapping(), *to = &mappings[pick(RANDOM_MAPPINGS)];
	unsigned long first, nr = 1;
	char *place, *moved;

	if (!m || to->start)
		return;
	first = pick(m->nr);
	if (m->prot[first] < 0)
		return;
	while (first + nr < m->nr && m->prot[first + nr] == m->prot[first] && pick(64))
		nr++;
	place = mmap(NULL, nr * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (place == MAP_FAILED)
		return;
	moved = mremap(m->start + first * PAGE, nr * PAGE, nr * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       place);
	if (moved == MAP_FAILED) {
		/* A run that is more than one vma of the host's is refused: nothing has moved. */
		munmap(place, nr * PAGE);
		return;
	}
	known->nr_done[STEP_MREMAP]++;
	to->start = moved;
	to->nr = nr;
	to->offset = m->offset + first;
	to->region = m->region;
	memcpy(to->prot, m->prot + first, nr);
	leave(m, first, nr);
}

static void step_madvise(void)
{
	struct mapping *m = some_mapping();
	unsigned long first, nr;
	int advice = (int)pick(26);
	int ret;

	if (!m || advice == MADV_DONTFORK)
		return;
	first = pick(m->nr);
	nr = 1 + pick(m->nr - first);
	for (unsigned long i = first; i < first + nr; i++) {
		if (m->prot[i] < 0)
			return;
	}
	/* Of more than one vma of the host's it may do a part and then fail. */
	if (advice == MADV_REMOVE)
		nr = 1;
	known->nr_done[STEP_MADVISE]++;
	ret = madvise(m->start + first * PAGE, nr * PAGE, advice);
	if (ret)
		return;
	if (advice == MADV_REMOVE)
		memset(&known->word[m->region][m->offset + first], 0, nr * 8);
	else if (advice == MADV_DONTNEED || advice == MADV_FREE)
		wrong("madvise %d was taken", advice);
}

/* A child goes on in the place of its parent, or looks and ends. */
static void step_fork(void)
{
	bool stays = pick(2);
	int pid = fork();

	if (pid < 0) {
		wrong("fork: %s", strerror(errno));
		return;
	}
	known->nr_done[STEP_FORK] += !!pid;
	known->nr_done[STEP_EXIT] += !!pid;
	if (!pid) {
		for (int i = 0; i < 4; i++)
			step_access(i & 1);
		if (!stays)
			_exit(0);
		return;
	}
	if (!stays) {
		waitpid(pid, NULL, 0);
		return;
	}
	/* The parent waits, so that the coordinator has one process to wait for. */
	for (int i = 0; i < RANDOM_MAPPINGS; i++) {
		if (mappings[i].start)
			munmap(mappings[i].start, mappings[i].nr * PAGE);
	}
	for (int i = 0; i < RANDOM_REGIONS; i++)
		close(files[i]);
	waitpid(pid, NULL, 0);
	_exit(0);
}

static void drop_region(int region)
{
	for (int i = 0; i < RANDOM_MAPPINGS; i++) {
		if (!mappings[i].start || mappings[i].region != region)
			continue;
		munmap(mappings[i].start, mappings[i].nr * PAGE);
		mappings[i].start = NULL;
	}
	close(files[region]);
	files[region] = -1;
}

static void step(void)
{
	unsigned long n = pick(100);

	if (n < 10)
		step_map();
	else if (n < 50)
		step_access(true);
	else if (n < 80)
		step_access(false);
	else if (n < 85)
		step_munmap();
	else if (n < 90)
		step_mprotect();
	else if (n < 94)
		step_mremap();
	else if (n < 98)
		step_madvise();
	else
		step_fork();
}

/* Commands: 's' one step, 'd' and a number: let go of a region, 'q' end. */
static void __attribute__((noreturn)) work(int commands, int answers)
{
	int cpu = -1;
	char command[2];

	for (int i = 0; i < RANDOM_REGIONS; i++)
		files[i] = -1;
	while (read(commands, command, 2) == 2 && command[0] != 'q') {
		if (cpu != known->cpu)
			pin_to(cpu = known->cpu);
		if (command[0] == 's')
			step();
		else
			drop_region(command[1]);
		if (write(answers, command, 1) != 1)
			break;
	}
	_exit(0);
}

/* --- the coordinator --- */

struct worker {
	int commands, answers, pid;
};

static struct worker workers[RANDOM_WORKERS];

static void start_worker(struct worker *worker)
{
	int to[2], from[2];

	if (pipe(to) || pipe(from))
		die("pipe");
	worker->pid = fork();
	if (!worker->pid) {
		close(to[1]);
		close(from[0]);
		for (int i = 0; i < RANDOM_WORKERS; i++) {
			if (workers[i].commands)
				close(workers[i].commands);
		}
		work(to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	worker->commands = to[1];
	worker->answers = from[0];
}

static void tell(struct worker *worker, char what, int number)
{
	char command[2] = { what, (char)number };

	if (write(worker->commands, command, 2) != 2)
		wrong("a worker is gone");
	else if (what != 'q' && read(worker->answers, command, 1) != 1)
		wrong("a worker has died");
}

static void stop_worker(struct worker *worker)
{
	tell(worker, 'q', 0);
	close(worker->commands);
	close(worker->answers);
	waitpid(worker->pid, NULL, 0);
	worker->commands = 0;
}

static void step_region_fork(void)
{
	int from = (int)pick(RANDOM_REGIONS), to = (int)pick(RANDOM_REGIONS);

	if (known->exists[to] && known->exists[from] && to != from) {
		for (int i = 0; i < RANDOM_WORKERS; i++)
			tell(&workers[i], 'd', to);
		if (memctl("region del %s", region_name(to)))
			wrong("region del %s", region_name(to));
		known->exists[to] = false;
		known->nr_done[STEP_REGION_DEL]++;
	} else if (known->exists[from] && !known->exists[to]) {
		if (memctl("region fork %s %s", region_name(from), region_name(to)))
			wrong("region fork %s %s", region_name(from), region_name(to));
		memcpy(known->word[to], known->word[from], sizeof(known->word[to]));
		memcpy(known->rights[to], known->rights[from], sizeof(known->rights[to]));
		known->exists[to] = true;
		known->nr_done[STEP_REGION_FORK]++;
	}
}

/* A range without vmas gets one. Return: false when there is none from @first on. */
static bool step_region_map(int region, unsigned long first)
{
	signed char *rights = known->rights[region], given;
	unsigned long nr = 0;

	while (first < RANDOM_PAGES && rights[first] >= 0)
		first++;
	while (first + nr < RANDOM_PAGES && rights[first + nr] < 0)
		nr++;
	if (!nr)
		return false;
	given = pick(4) ? PROT_READ | PROT_WRITE : PROT_READ;
	if (memctl("region map %s %lu --address %#lx --rights %s", region_name(region), nr * PAGE,
		   REGION_START + first * PAGE, given & PROT_WRITE ? "rw" : "r"))
		wrong("region map %s: page %lu, %lu pages", region_name(region), first, nr);
	memset(rights + first, given, nr);
	known->nr_done[STEP_REGION_MAP]++;
	return true;
}

/* Unmap, protect or discard a range that is in vmas. */
static void step_region_change(int region, unsigned long first)
{
	static const char *const names[] = { "-", "r", "rw" };
	static const signed char given[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	signed char *rights = &known->rights[region][first];
	unsigned long nr = 1, limit = 1 + pick(RANDOM_PAGES - first), n = pick(6);
	enum random_step step = STEP_REGION_UNMAP + pick(3);
	char range[64];
	int failed;

	if (rights[0] < 0)
		return;
	while (nr < limit && rights[nr] >= 0)
		nr++;
	n = n > 2 ? 2 : n;
	snprintf(range, sizeof(range), "%s %#lx %lu", region_name(region),
		 REGION_START + first * PAGE, nr * PAGE);
	if (step == STEP_REGION_PROTECT) {
		failed = memctl("region protect %s %s", range, names[n]);
		memset(rights, given[n], nr);
	} else {
		failed = memctl("%s %s", step_names[step], range);
		memset(&known->word[region][first], 0, nr * 8);
		if (step == STEP_REGION_UNMAP)
			memset(rights, -1, nr);
	}
	if (failed)
		wrong("%s %s", step_names[step], range);
	known->nr_done[step]++;
}

static void step_region_range(void)
{
	int region = (int)pick(RANDOM_REGIONS);

	if (known->exists[region] && (pick(2) || !step_region_map(region, pick(RANDOM_PAGES / 2))))
		step_region_change(region, pick(RANDOM_PAGES));
}

static void one_step(void)
{
	unsigned long who = pick(RANDOM_WORKERS);

	if (!pick(1000)) {
		stop_worker(&workers[who]);
		start_worker(&workers[who]);
		known->nr_done[STEP_EXIT]++;
	} else if (!pick(300)) {
		step_region_fork();
	} else if (!pick(100)) {
		step_region_range();
	} else {
		tell(&workers[who], 's', 0);
	}
}

/* Return: how many kinds of steps were never done. */
static unsigned int print_steps(void)
{
	unsigned int missing = 0;

	for (int i = 0; i < NR_STEPS; i++) {
		printf("# %s %llu\n", step_names[i], (unsigned long long)known->nr_done[i]);
		missing += !known->nr_done[i];
	}
	printf("# %llu reads, %llu writes, %llu refused\n", (unsigned long long)known->nr_reads,
	       (unsigned long long)known->nr_writes, (unsigned long long)known->nr_refused);
	return missing;
}

void test_random(void)
{
	const char *text = getenv("STEPS");
	unsigned long nr = text ? strtoul(text, NULL, 0) : RANDOM_STEPS, i, nr_compared = 0;

	known = mmap(NULL, sizeof(*known), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	text = getenv("SEED");
	known->seed = text ? strtoull(text, NULL, 0) : 0x9e3779b97f4a7c15ULL;
	printf("# seed %#llx, %lu steps\n", (unsigned long long)known->seed, nr);
	expect(!memctl("region add rand0 --size %lu", RANDOM_PAGES * PAGE), "make a region");
	known->exists[0] = true;
	memset(known->rights[0], PROT_READ | PROT_WRITE, RANDOM_PAGES);
	for (i = 0; i < RANDOM_WORKERS; i++)
		start_worker(&workers[i]);
	for (i = 0; i < nr && !known->wrong; i++) {
		one_step();
		if (i % 100 == 99 && memctl("pt verify"))
			wrong("the tables differ after step %lu", i + 1);
		if (i % 2000 == 1999 && memctl("verify"))
			wrong("verify finds damage after step %lu", i + 1);
		if (i % 100 == 99) {
			nr_compared++;
			known->cpu = (known->cpu + 1) % (int)sysconf(_SC_NPROCESSORS_ONLN);
			pin_to(known->cpu);
		}
	}
	expect(!known->wrong, "%lu steps of %d processes, %lu comparisons", i, RANDOM_WORKERS,
	       nr_compared);
	if (known->wrong)
		printf("# step %lu: %s\n", i, known->text);
	expect(!print_steps() || nr < 10000, "every kind of step was among them");
	expect(!memctl("pt verify") && !memctl("verify"), "tables are equal at the end");
	for (i = 0; i < RANDOM_WORKERS; i++)
		stop_worker(&workers[i]);
	for (i = 0; i < RANDOM_REGIONS; i++) {
		if (known->exists[i])
			expect(!memctl("region del %s", region_name((int)i)), "remove region %lu",
			       i);
	}
}
