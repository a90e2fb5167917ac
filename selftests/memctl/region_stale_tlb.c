// SPDX-License-Identifier: GPL-2.0
/*
 * No processor may use an entry that was taken back: not by unmap, protect,
 * discard, fork and copy of the region, nor by what the process does to its
 * own mapping. One thread on each CPU but the first touches its page without
 * a pause, and without a system call, so that the entry stays in the CPU's
 * TLB; the main thread, on the first CPU, takes the page away, gives the frame
 * to another region at once, and fills it. A thread that still has the old
 * entry reads the other's words, or writes among them.
 *
 * Every round has four phases. A thread judges an access by the phase that it
 * has seen before it:
 *
 *   IDLE      nobody touches anything: the main thread makes ready
 *   WARM      the page is there, as it was made ready
 *   CHANGING  the change is under way: the old answer is right, and the new one
 *   DONE      the change has returned: the new answer alone is right
 *
 * A thread without an answer is named after FLUSH_PATIENCE seconds.
 */
#include <stdarg.h>
#include <pthread.h>
#include <time.h>
#include "region_process.h"
#include "region_user.h"

#define FLUSH_SPINNERS 7
#define FLUSH_PAGES    16UL
#define FLUSH_WORDS    "/tmp/region_flush.words"
#define FLUSH_SIZE     (4UL << 20)
#define FLUSH_PATIENCE 20
/* Accesses of each thread in a phase, at least. */
#define FLUSH_ACCESSES 100
/* Rounds in which the frame is followed. */
#define FLUSH_ASKED 2
/* What the frame has for its next owner. */
#define FLUSH_OTHER  0xbbbb000000000000ULL
#define FLUSH_OTHERS 0xffff000000000000ULL

enum flush_phase { FLUSH_IDLE, FLUSH_WARM, FLUSH_CHANGING, FLUSH_DONE, FLUSH_NR_PHASES };

struct flush_op {
	const char *name;
	/* The threads write, else they read. */
	bool write;
	/* An access has to fail after the change. */
	bool fails;
	/* The frame comes free, so that another region may get it. */
	bool frees;
	/* Done by the command memctl, which takes its time. */
	bool slow;
	/* Tried in a region of blocks of 2 MiB as well. */
	bool large;
	/* Return: whether it was done. */
	bool (*prepare)(void);
	bool (*change)(void);
	bool (*restore)(void);
	/* What a read has to find before and after. */
	uint64_t before, after;
};

struct flush_spinner {
	pthread_t thread;
	int cpu;
	unsigned long page;
	/* Of the last access that was judged, and how many there were in this phase. */
	uint64_t phase, nr;
	uint64_t nr_stale, stale;
} __attribute__((aligned(128)));

static struct flush_spinner spinners[FLUSH_SPINNERS];
static unsigned int nr_spinners;
static const struct flush_op *flush_now;
/* Four times the round, and the phase; ~0 for the end. */
static uint64_t flush_phase;
static char *flush_spun, *flush_own, *flush_other, *flush_child;
static int flush_fd, flush_other_fd, flush_child_fd;
static unsigned long flush_reused;

static enum flush_phase phase_of(uint64_t phase)
{
	return phase % FLUSH_NR_PHASES;
}

/* Not a sleep: a CPU that sleeps wakes late where it is emulated, on a busy host. */
static void flush_pause(void)
{
	for (int i = 0; i < 50; i++)
		__builtin_ia32_pause();
}

/* --- the threads ---------------------------------------------------------------------------- */

/* Whether an access is one that the phase allows. */
static bool flush_right(const struct flush_op *op, enum flush_phase phase, int caught,
			uint64_t word)
{
	bool is_before = !caught && (op->write || word == op->before);
	bool is_after = op->fails ? caught : !caught && (op->write || word == op->after);

	switch (phase) {
	case FLUSH_WARM:
		return is_before;
	case FLUSH_DONE:
		return is_after;
	default:
		return is_before || is_after;
	}
}

static void *flush_spin(void *argument)
{
	struct flush_spinner *me = argument;
	uint64_t phase, word = 0;
	int caught;

	pin_to(me->cpu);
	while ((phase = __atomic_load_n(&flush_phase, __ATOMIC_ACQUIRE)) != ~0ULL) {
		volatile uint64_t *page = (void *)(flush_spun + me->page * PAGE);

		if (phase_of(phase) == FLUSH_IDLE) {
			__atomic_store_n(&me->nr, 0, __ATOMIC_RELAXED);
			__atomic_store_n(&me->phase, phase, __ATOMIC_RELEASE);
			flush_pause();
			continue;
		}
		if (flush_now->write)
			caught = try_write(page, ++word & ~FLUSH_OTHERS);
		else
			caught = try_read(page, &word);
		/* The answers of another phase may be others. */
		if (__atomic_load_n(&flush_phase, __ATOMIC_ACQUIRE) != phase)
			continue;
		if (!flush_right(flush_now, phase_of(phase), caught, word) && !me->nr_stale++)
			me->stale = caught ? (uint64_t)caught : word;
		__atomic_store_n(&me->nr, me->phase == phase ? me->nr + 1 : 1, __ATOMIC_RELAXED);
		__atomic_store_n(&me->phase, phase, __ATOMIC_RELEASE);
		if (caught)
			sched_yield();
	}
	return NULL;
}

/* --- the main thread ------------------------------------------------------------------------ */

/* The main thread is in a fault, or a command, that does not end. */
static void flush_stuck(int number)
{
	char text[128];
	int len = snprintf(text, sizeof(text), "not ok %u %s: the main thread waits for ever\n",
			   ++nr_cases, flush_now->name);

	(void)number;
	if (write(1, text, (size_t)len) == len)
		_exit(1);
	_exit(2);
}

/* Go on to the next phase, and wait until every thread is in it. Return: false if one is not. */
static bool flush_go(void)
{
	uint64_t phase = __atomic_add_fetch(&flush_phase, 1, __ATOMIC_ACQ_REL);
	uint64_t least = phase_of(phase) == FLUSH_IDLE ? 0 : FLUSH_ACCESSES;
	time_t end = time(NULL) + FLUSH_PATIENCE;

	for (unsigned int i = 0; i < nr_spinners; i++) {
		struct flush_spinner *s = &spinners[i];

		while (__atomic_load_n(&s->phase, __ATOMIC_ACQUIRE) != phase ||
		       __atomic_load_n(&s->nr, __ATOMIC_RELAXED) < least) {
			if (time(NULL) > end) {
				printf("# %s: the thread on CPU %d waits for ever\n",
				       flush_now->name, s->cpu);
				return false;
			}
			flush_pause();
		}
	}
	return true;
}

/* What a command prints, as a number. */
static unsigned long __attribute__((format(printf, 1, 2))) flush_ask(const char *format, ...)
{
	unsigned long number = 0;
	char line[256];
	va_list args;
	FILE *answer;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	answer = popen(line, "r");
	if (!answer || fscanf(answer, "%li", (long *)&number) != 1)
		number = 0;
	if (answer)
		pclose(answer);
	return number;
}

/* The physical frame of the first page of the region, or 0. */
static unsigned long flush_frame(void)
{
	return flush_ask("${MEMCTL:-memctl} pt walk %#lx --region flush 2>&1 | "
			 "sed -n 's/^physical address //p'",
			 REGION_START) /
	       PAGE;
}

/* Whether the other region has it. */
static bool flush_moved_on(unsigned long frame)
{
	return flush_ask("${MEMCTL:-memctl} rmap %lu -r -n -o REGION 2>&1 | grep -c other", frame);
}

static void flush_discard(int fd)
{
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, FLUSH_SIZE);
}

static void flush_fill(void)
{
	for (unsigned long i = 0; i < FLUSH_PAGES * PAGE / 8; i++)
		((volatile uint64_t *)flush_other)[i] = FLUSH_OTHER | i;
}

/* Return: words of the other region that are not its own. */
static unsigned long flush_damage(void)
{
	unsigned long bad = 0;

	for (unsigned long i = 0; i < FLUSH_PAGES * PAGE / 8; i++)
		bad += ((volatile uint64_t *)flush_other)[i] != (FLUSH_OTHER | i);
	return bad;
}

/* --- changes -------------------------------------------------------------------------------- */

static bool flush_set(uint64_t word)
{
	for (unsigned long i = 0; i < FLUSH_PAGES; i++)
		*(volatile uint64_t *)(flush_own + i * PAGE) = word;
	return true;
}

static bool set_before(void)
{
	return flush_set(flush_now->before);
}

static bool set_after(void)
{
	return flush_set(flush_now->after);
}

static bool discard_own(void)
{
	flush_discard(flush_fd);
	return true;
}

static bool region_unmap(void)
{
	return !memctl("region unmap flush %#lx %lu", REGION_START, FLUSH_SIZE);
}

static bool region_map(void)
{
	return !memctl("region map flush %lu --address %#lx", FLUSH_SIZE, REGION_START);
}

static bool region_hide(void)
{
	return !memctl("region protect flush %#lx %lu -", REGION_START, FLUSH_PAGES * PAGE);
}

static bool region_read_only(void)
{
	return !memctl("region protect flush %#lx %lu r", REGION_START, FLUSH_PAGES * PAGE);
}

static bool region_writable(void)
{
	return !memctl("region protect flush %#lx %lu rw", REGION_START, FLUSH_PAGES * PAGE);
}

/* The copy is read at once: what this process does in between may have its CPUs forget. */
static bool region_fork(void)
{
	const char *program = getenv("MEMCTL");

	if (memctl("region fork flush flush2 && %s region read flush2 %#lx %lu -r | dd of=%s",
		   program ? program : "memctl", REGION_START, FLUSH_PAGES * PAGE, FLUSH_WORDS))
		return false;
	flush_child_fd = bind_region("flush2", O_RDWR);
	flush_child = map_region(flush_child_fd, FLUSH_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);
	return !!flush_child;
}

static bool region_forget(void)
{
	munmap(flush_child, FLUSH_PAGES * PAGE);
	flush_child = NULL;
	close(flush_child_fd);
	return !memctl("region del flush2");
}

static bool set_and_fork(void)
{
	return set_before() && region_fork();
}

/* The copy is left alone with the frame, and writes to it in place. */
static bool copy_own(void)
{
	set_after();
	for (unsigned long i = 0; i < FLUSH_PAGES; i++)
		*(volatile uint64_t *)(flush_child + i * PAGE) = FLUSH_OTHER;
	return true;
}

static bool process_hide(void)
{
	return !mprotect(flush_spun, FLUSH_PAGES * PAGE, PROT_NONE);
}

static bool process_read_only(void)
{
	return !mprotect(flush_spun, FLUSH_PAGES * PAGE, PROT_READ);
}

static bool process_writable(void)
{
	return !mprotect(flush_spun, FLUSH_PAGES * PAGE, PROT_READ | PROT_WRITE);
}

static bool process_unmap(void)
{
	if (munmap(flush_spun, FLUSH_PAGES * PAGE))
		return false;
	return discard_own();
}

/* Without an entry, whatever was there. */
static bool map_anew(void *where)
{
	return mmap(where, FLUSH_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		    flush_fd, 0) == where;
}

static bool process_map(void)
{
	return map_anew(flush_spun);
}

static char *flush_moved;

static bool process_move(void)
{
	flush_moved = mremap(flush_spun, FLUSH_PAGES * PAGE, FLUSH_PAGES * PAGE,
			     MREMAP_MAYMOVE | MREMAP_FIXED, flush_moved);
	return flush_moved != MAP_FAILED && discard_own();
}

static bool process_move_back(void)
{
	return mremap(flush_moved, FLUSH_PAGES * PAGE, FLUSH_PAGES * PAGE,
		      MREMAP_MAYMOVE | MREMAP_FIXED, flush_spun) == flush_spun;
}

static const struct flush_op flush_ops[] = {
	{ .name = "discard, read",
	  .large = true,
	  .prepare = set_before,
	  .change = discard_own,
	  .before = 1,
	  .frees = true },
	{ .name = "discard, write",
	  .large = true,
	  .write = true,
	  .prepare = set_before,
	  .change = discard_own,
	  .frees = true },
	{ .name = "first write, read", .prepare = discard_own, .change = set_after, .after = 2 },
	{ .name = "region unmap, read",
	  .large = true,
	  .prepare = set_before,
	  .change = region_unmap,
	  .restore = region_map,
	  .before = 3,
	  .fails = true,
	  .frees = true,
	  .slow = true },
	{ .name = "region unmap, write",
	  .large = true,
	  .write = true,
	  .prepare = set_before,
	  .change = region_unmap,
	  .restore = region_map,
	  .fails = true,
	  .frees = true,
	  .slow = true },
	{ .name = "region protect, read",
	  .prepare = set_before,
	  .change = region_hide,
	  .restore = region_writable,
	  .before = 4,
	  .fails = true,
	  .slow = true },
	{ .name = "region protect, write",
	  .write = true,
	  .change = region_read_only,
	  .restore = region_writable,
	  .fails = true,
	  .slow = true },
	{ .name = "region fork, write",
	  .large = true,
	  .write = true,
	  .change = region_fork,
	  .restore = region_forget,
	  .slow = true },
	{ .name = "copy on write, read",
	  .prepare = set_and_fork,
	  .change = copy_own,
	  .restore = region_forget,
	  .before = 5,
	  .after = 6,
	  .slow = true },
	{ .name = "mprotect, read",
	  .prepare = set_before,
	  .change = process_hide,
	  .restore = process_writable,
	  .before = 7,
	  .fails = true },
	{ .name = "mprotect, write",
	  .write = true,
	  .change = process_read_only,
	  .restore = process_writable,
	  .fails = true },
	{ .name = "munmap, read",
	  .prepare = set_before,
	  .change = process_unmap,
	  .restore = process_map,
	  .before = 8,
	  .fails = true,
	  .frees = true },
	{ .name = "munmap, write",
	  .write = true,
	  .prepare = set_before,
	  .change = process_unmap,
	  .restore = process_map,
	  .fails = true,
	  .frees = true },
	{ .name = "mremap, write",
	  .write = true,
	  .prepare = set_before,
	  .change = process_move,
	  .restore = process_move_back,
	  .fails = true,
	  .frees = true },
};

/* --- rounds --------------------------------------------------------------------------------- */

/* The word of each thread that the copy had when it was made. */
static bool flush_read_words(uint64_t *words)
{
	int fd = open(FLUSH_WORDS, O_RDONLY);
	bool good = fd >= 0;

	for (unsigned int i = 0; good && i < nr_spinners; i++)
		good = pread(fd, &words[i], sizeof(words[i]), (off_t)(spinners[i].page * PAGE)) ==
		       sizeof(words[i]);
	close(fd);
	unlink(FLUSH_WORDS);
	return good;
}

/* After a region fork its copy has what the threads had written then, and no word more. */
static unsigned long flush_copied(const uint64_t *words)
{
	unsigned long changed = 0;

	for (unsigned int i = 0; words && i < nr_spinners; i++)
		changed += *(volatile uint64_t *)(flush_child + spinners[i].page * PAGE) !=
			   words[i];
	return changed;
}

/* Return: false when a thread, or a command, does not do what it has to. */
static bool flush_round(const struct flush_op *op, unsigned long round, unsigned long *nr_bad)
{
	uint64_t copied[FLUSH_SPINNERS];
	bool forks = op->change == region_fork, asks = op->frees && round < FLUSH_ASKED;
	unsigned long frame = 0;

	alarm(2 * FLUSH_PATIENCE);

	/* The threads are idle. The other region has nothing yet. */
	flush_discard(flush_other_fd);
	if ((op->prepare && !op->prepare()) || !flush_go())
		return false;
	if (asks)
		frame = flush_frame();
	__atomic_add_fetch(&flush_phase, 1, __ATOMIC_ACQ_REL);
	if (!op->change())
		return false;
	if (op->frees)
		flush_fill();
	if (forks && !flush_read_words(copied))
		return false;
	if (!flush_go())
		return false;
	*nr_bad += (op->frees ? flush_damage() : 0) + flush_copied(forks ? copied : NULL);
	if (asks)
		flush_reused += frame && flush_moved_on(frame);
	return flush_go() && (!op->restore || op->restore());
}

static bool flush_try(const struct flush_op *op, const char *kind, unsigned long rounds)
{
	unsigned long round, nr_bad = 0;
	uint64_t nr_stale = 0;
	bool good = true;

	if (op->slow)
		rounds = rounds > 10 ? rounds / 10 : 1;
	flush_now = op;
	flush_reused = 0;
	for (round = 0; good && !nr_stale && !nr_bad && round < rounds; round++) {
		good = flush_round(op, round, &nr_bad);
		for (unsigned int i = 0; i < nr_spinners; i++)
			nr_stale += spinners[i].nr_stale;
	}
	alarm(0);
	for (unsigned int i = 0; i < nr_spinners; i++) {
		struct flush_spinner *s = &spinners[i];

		if (s->nr_stale)
			printf("# the thread on CPU %d: %llu stale, the first was %#llx%s\n",
			       s->cpu, (unsigned long long)s->nr_stale,
			       (unsigned long long)s->stale,
			       !op->write && (s->stale & FLUSH_OTHERS) == FLUSH_OTHER ?
				       ", of who has the frame now" :
				       "");
		s->nr_stale = 0;
	}
	expect(good && !nr_stale && !nr_bad,
	       "%s%s: %lu rounds, %llu stale accesses, %lu words damaged", op->name, kind, round,
	       (unsigned long long)nr_stale, nr_bad);
	/* What is wrong with one change is not to be blamed on the next. */
	flush_discard(flush_fd);
	good &= map_anew(flush_spun) && map_anew(flush_own);
	if (op->frees && good)
		expect(flush_reused, "%s%s: another region gets the frame", op->name, kind);
	return good;
}

static bool flush_start(const char *options)
{
	bool good;
	long nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);

	good = !memctl("region add flush --size %lu%s", FLUSH_SIZE, options) &&
	       !memctl("region add other --size %lu%s", FLUSH_SIZE, options);
	if (!expect(good, "make two regions"))
		return false;
	flush_fd = bind_region("flush", O_RDWR);
	flush_other_fd = bind_region("other", O_RDWR);
	flush_spun = map_region(flush_fd, FLUSH_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);
	flush_own = map_region(flush_fd, FLUSH_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);
	flush_other = map_region(flush_other_fd, FLUSH_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);
	flush_moved = mmap(NULL, FLUSH_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!flush_spun || !flush_own || !flush_other)
		die("mmap");
	nr_spinners = nr_cpus > FLUSH_SPINNERS ? FLUSH_SPINNERS :
		      nr_cpus > 1	       ? (unsigned int)nr_cpus - 1 :
						 1;
	flush_phase = FLUSH_IDLE;
	pin_to(0);
	for (unsigned int i = 0; i < nr_spinners; i++) {
		spinners[i] =
			(struct flush_spinner){ .cpu = (int)((i + 1) % nr_cpus), .page = 2 * i };
		pthread_create(&spinners[i].thread, NULL, flush_spin, &spinners[i]);
	}
	return true;
}

static void flush_stop(void)
{
	__atomic_store_n(&flush_phase, ~0ULL, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < nr_spinners; i++)
		pthread_join(spinners[i].thread, NULL);
	expect(verified(), "tables are equal after it");
	munmap(flush_spun, FLUSH_PAGES * PAGE);
	munmap(flush_own, FLUSH_PAGES * PAGE);
	munmap(flush_other, FLUSH_PAGES * PAGE);
	munmap(flush_moved, FLUSH_PAGES * PAGE);
	close(flush_fd);
	close(flush_other_fd);
	expect(!memctl("region del flush") && !memctl("region del other"), "remove both");
}

void test_flush(void)
{
	static const char *const options[] = { "", " --order 9" };
	static const char *const kinds[] = { "", ", blocks of 2 MiB" };
	const char *text = getenv("FLUSH_ROUNDS");
	unsigned long rounds = text ? strtoul(text, NULL, 0) : 5;
	struct sigaction action = { .sa_handler = flush_stuck };

	sigaction(SIGALRM, &action, NULL);
	for (int kind = 0; kind < 2; kind++) {
		if (!flush_start(options[kind]))
			return;
		printf("# %u threads\n", nr_spinners);
		for (size_t i = 0; i < sizeof(flush_ops) / sizeof(*flush_ops); i++) {
			/* A thread that waits for ever cannot be joined: it ends with us. */
			if ((!kind || flush_ops[i].large) &&
			    !flush_try(&flush_ops[i], kinds[kind], rounds))
				return;
		}
		flush_stop();
	}
}
