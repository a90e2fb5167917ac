// SPDX-License-Identifier: GPL-2.0
/*
 * T7, who shares a mapping, and in which order they end: exec, vfork, tasks
 * that share the address space, a leader that ends before its threads. What
 * the module counts as processes follows, and nothing is held when they are
 * gone.
 */
#include <pthread.h>
#include "region_shared_mm.h"
#include "region_process.h"
#include "region_user.h"

#define TASKS_SIZE (1UL << 20)

/* A number from a column of "memctl region list", or -1. */
long region_number(const char *region, const char *column)
{
	const char *program = getenv("MEMCTL");
	char line[256], name[64];
	long number, found = -1;
	FILE *list;

	snprintf(line, sizeof(line), "%s region list -r -n -b -o NAME,%s",
		 program ? program : "memctl", column);
	list = popen(line, "r");
	while (list && fscanf(list, "%63s %ld", name, &number) == 2) {
		if (!strcmp(name, region))
			found = number;
	}
	if (list)
		pclose(list);
	return found;
}

/* Whether such a number comes to be what it should, within a minute. */
static bool region_becomes(const char *region, const char *column, long number)
{
	for (int i = 0; i < 1200; i++) {
		if (region_number(region, column) == number)
			return true;
		usleep(50000);
	}
	return false;
}

/* Whether, within a minute, nothing of a region is lent or waits to be given back. */
bool nothing_held(const char *region)
{
	return region_becomes(region, "QUARANTINE", 0) && !region_number(region, "LENT");
}

/* What a task of another's tells, and is told, byte by byte. */
static int task_to[2], task_from[2];

static void task_pipes(void)
{
	if (pipe(task_to) || pipe(task_from))
		die("pipe");
}

static void task_close(void)
{
	for (int i = 0; i < 2; i++) {
		close(task_to[i]);
		close(task_from[i]);
	}
}

/* Wait for the other's word. */
static char task_hear(int fd)
{
	char word = 0;

	return read(fd, &word, 1) == 1 ? word : 0;
}

static void task_say(int fd, char word)
{
	if (write(fd, &word, 1) != 1)
		die("pipe");
}

/* --- exec, vfork ---------------------------------------------------------------------------- */

static void tasks_exec(char *a)
{
	int pid, status;
	bool good;

	*(uint64_t *)a = 1;
	pid = fork();
	if (!pid) {
		*(uint64_t *)a = 2;
		execlp("sleep", "sleep", "100", NULL);
		_exit(1);
	}
	good = region_becomes("tasks", "PROCS", 1) && !waitpid(pid, &status, WNOHANG);
	expect(good, "exec leaves the mapping behind");
	expect(*(uint64_t *)a == 2 && verified(), "what it wrote before is there");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void tasks_vfork(char *a)
{
	static volatile bool good;
	int pid, status;

	pid = vfork();
	if (!pid) {
		*(volatile uint64_t *)a = 3;
		good = !munmap(a + PAGE, PAGE);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	expect(good && *(uint64_t *)a == 3 && region_number("tasks", "PROCS") == 1 && verified(),
	       "vfork: one address space, one process");
	pid = vfork();
	if (!pid) {
		execlp("true", "true", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	expect(!status && *(uint64_t *)a == 3 && region_number("tasks", "PROCS") == 1 && verified(),
	       "vfork and exec");
}

/* --- tasks that share an address space ------------------------------------------------------ */

static char *shared_memory;
static char shared_stack[1 << 16] __attribute__((aligned(16)));

/*
 * Shares all of its creator's memory, also what is local to a thread: only one
 * of the two runs at a time.
 */
static int shared_child(void *argument)
{
	uint64_t word;

	(void)argument;
	task_hear(task_to[0]);
	*(uint64_t *)shared_memory = 10;
	task_say(task_from[1], 'w');
	task_hear(task_to[0]);
	task_say(task_from[1], try_read(shared_memory + PAGE, &word) == SIGSEGV ? 'g' : 'b');
	task_hear(task_to[0]);
	munmap(shared_memory + 2 * PAGE, PAGE);
	task_say(task_from[1], 'u');
	task_hear(task_to[0]);
	/* Whoever made it may be gone by now. */
	*(uint64_t *)shared_memory += 1;
	task_say(task_from[1], 'e');
	task_hear(task_to[0]);
	_exit(0);
}

/* In a process of its own, which ends before its child does. */
static void __attribute__((noreturn)) share(int fd, bool *results)
{
	uint64_t word;

	shared_memory = map_region(fd, TASKS_SIZE, PROT_READ | PROT_WRITE, 0);
	*(uint64_t *)(shared_memory + PAGE) = 11;
	*(uint64_t *)(shared_memory + 2 * PAGE) = 12;
	if (clone(shared_child, shared_stack + sizeof(shared_stack), CLONE_VM | SIGCHLD, NULL) < 0)
		_exit(1);
	task_say(task_to[1], '1');
	task_hear(task_from[0]);
	results[0] = *(uint64_t *)shared_memory == 10;
	munmap(shared_memory + PAGE, PAGE);
	task_say(task_to[1], '2');
	results[1] = task_hear(task_from[0]) == 'g';
	task_say(task_to[1], '3');
	task_hear(task_from[0]);
	results[2] = try_read(shared_memory + 2 * PAGE, &word) == SIGSEGV;
	_exit(0);
}

static void tasks_shared(int fd, char *a)
{
	bool *results = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int pid, status;

	task_pipes();
	pid = fork();
	if (!pid)
		share(fd, results);
	waitpid(pid, &status, 0);
	expect(results[0], "CLONE_VM: one writes, the other reads");
	expect(results[1] && results[2], "what one unmaps the other has no more, both ways");
	expect(!status && region_number("tasks", "PROCS") == 2 && verified(),
	       "who made it is gone, its child has the mapping");
	task_say(task_to[1], '4');
	expect(task_hear(task_from[0]) == 'e' && *(uint64_t *)a == 11 && verified(),
	       "and writes to it");
	task_say(task_to[1], '5');
	expect(region_becomes("tasks", "PROCS", 1) && verified(), "until it ends as well");
	task_close();
	munmap(results, PAGE);
}

/* --- a leader that ends before its threads -------------------------------------------------- */

static void *late_thread(void *argument)
{
	char *a = argument;

	/* The leader is a zombie by then. */
	usleep(100000);
	*(uint64_t *)a = 20;
	task_say(task_from[1], 'w');
	task_hear(task_to[0]);
	*(uint64_t *)a += 1;
	_exit(0);
}

static void tasks_leader(int fd, char *a)
{
	bool good;
	int pid, status;

	task_pipes();
	pid = fork();
	if (!pid) {
		pthread_t thread;
		char *mine = map_region(fd, TASKS_SIZE, PROT_READ | PROT_WRITE, 0);

		pthread_create(&thread, NULL, late_thread, mine);
		pthread_exit(NULL);
	}
	expect(task_hear(task_from[0]) == 'w' && *(uint64_t *)a == 20, "a leader ends first");
	good = region_number("tasks", "PROCS") == 2 && verified() &&
	       !memctl("pt verify tasks --pid %d", pid) && !memctl("smem tasks");
	expect(good, "its threads are the process still");
	task_say(task_to[1], '1');
	waitpid(pid, &status, 0);
	expect(!status && *(uint64_t *)a == 21 && verified(), "and end");
	task_close();
}

void test_tasks(void)
{
	char *a;
	int fd;

	expect(!memctl("region add tasks --size %lu", TASKS_SIZE), "make a region");
	fd = bind_region("tasks", O_RDWR);
	a = map_region(fd, TASKS_SIZE, PROT_READ | PROT_WRITE, 0);
	tasks_exec(a);
	tasks_vfork(a);
	tasks_shared(fd, a);
	tasks_leader(fd, a);
	munmap(a, TASKS_SIZE);
	close(fd);
	expect(!memctl("region del tasks"), "remove it");
}
