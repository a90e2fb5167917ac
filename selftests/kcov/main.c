// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz - netlink messages and uses of /dev/memctl, guided by coverage
 *
 * Usage: fuzz [--messages N] [--seconds N] [--workers N] [--seed N] [--coverage FILE]
 *	       [--users] [--actor root|user|nocaps|userns|netadmin] [MODULE-PARAMETER...]
 *
 * Loads memctl.ko, runs until so many messages were sent (100000) by the
 * processes (2) together or so many seconds have passed, looks whether each
 * invariant of the module holds, and unloads it. Whatever the kernel has to
 * complain about it writes into its log; that is for the caller to read. FILE
 * gets a line for each instruction of the module that was reached: its
 * section, and where in it. --users has the modules that use the API in the
 * kernel run at the end. --actor: whose rights the processes have, when the
 * device and a region are open: root's, those of uid 1000, of uid 0 without
 * capabilities, of the root of a user namespace, or of uid 1000 with
 * CAP_NET_ADMIN. Needs root, a kernel with KCOV and a module built
 * with KCOV=y; without them it runs unguided.
 *
 * Prints TAP. With one process, the same seed sends the same messages.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define SECTIONS     "/sys/module/memctl/sections"
#define MAX_SECTIONS 256
#define MAX_MAP	     (4UL << 20) /* of the module's own map */
#define PROGRESS     60		 /* seconds between two lines about it */
#define STUCK	     120	 /* seconds in which a process does not finish one call */

struct section {
	char name[64];
	uint64_t address;
};

struct shared *shared;

static struct section sections[MAX_SECTIONS];
static unsigned int nr_sections, nr_tests, nr_failed;
static uint64_t messages = 100000, seconds, seed;
static unsigned int nr_workers = 2;
static const char *coverage;
static bool users;

static void result(bool good, const char *name)
{
	nr_failed += !good;
	printf("%s %u - %s\n", good ? "ok" : "not ok", ++nr_tests, name);
	fflush(stdout);
}

/* --- the module --- */

bool fuzz_load(const char *name, const char *parameters)
{
	struct utsname uts;
	char path[256];
	int fd, ret;

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/extra/%s.ko", uts.release, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ret = syscall(SYS_finit_module, fd, parameters, 0);
	close(fd);
	return !ret;
}

static void read_sections(void)
{
	DIR *dir = opendir(SECTIONS);
	struct dirent *entry;
	char path[512];
	FILE *file;

	while (dir && (entry = readdir(dir)) && nr_sections < MAX_SECTIONS) {
		struct section *section = &sections[nr_sections];

		if (strncmp(entry->d_name, ".text", 5) && !strstr(entry->d_name, ".text"))
			continue;
		snprintf(path, sizeof(path), SECTIONS "/%s", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		snprintf(section->name, sizeof(section->name), "%.63s", entry->d_name);
		if (fscanf(file, "%lx", &section->address) == 1)
			nr_sections++;
		fclose(file);
	}
	if (dir)
		closedir(dir);
}

/* The address of a symbol of the module. */
static uint64_t symbol_address(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[256], symbol[128], module[64];
	uint64_t address, found = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %*c %127s %63s", &address, symbol, module) == 3 &&
		    !strcmp(symbol, name) && !strcmp(module, "[memctl]"))
			found = address;
	if (file)
		fclose(file);
	return found;
}

static uint64_t section_address(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_sections; i++)
		if (!strcmp(sections[i].name, name))
			return sections[i].address;
	return 0;
}

/*
 * What was reached by whom KCOV does not follow. The middle of the map is the
 * place of the function that keeps it, and kallsyms knows that one.
 */
static void read_map(void)
{
	static uint8_t map[MAX_MAP];
	uint64_t function = symbol_address("__sanitizer_cov_trace_pc");
	int fd = open("/sys/kernel/debug/memctl_cover", O_RDONLY | O_CLOEXEC);
	size_t at, got = 0;
	ssize_t part;

	while (fd >= 0 && (part = read(fd, map + got, sizeof(map) - got)) > 0)
		got += part;
	close(fd);
	for (at = 0; function && at < got; at++) {
		uint64_t to = function + at - MAX_MAP / 2 - shared->base;

		if (map[at] && to < MAX_TEXT && !shared->seen[to]) {
			shared->seen[to] = 1;
			shared->nr_unseen++;
		}
	}
	printf("# reached by others than the callers: %llu instructions\n",
	       (unsigned long long)shared->nr_unseen);
}

/* The section that an address is in is the one with the next lower address. */
static void write_coverage(void)
{
	FILE *file = coverage ? fopen(coverage, "w") : NULL;
	unsigned long at;
	unsigned int i;

	if (!file)
		return;
	for (at = 0; at < MAX_TEXT; at++) {
		const struct section *in = NULL;

		for (i = 0; shared->seen[at] && i < nr_sections; i++)
			if (sections[i].address <= shared->base + at &&
			    (!in || sections[i].address > in->address))
				in = &sections[i];
		if (in)
			fprintf(file, "%s 0x%lx\n", in->name,
				(unsigned long)(shared->base + at - in->address));
	}
	fclose(file);
}

/* --- the run --- */

static void make_files(void)
{
	int fd = open("/tmp/fuzz.data", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || ftruncate(fd, 1 << 20))
		exit(1);
	close(fd);
	fd = open("/tmp/fuzz.short", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, "short", 5) != 5)
		exit(1);
	close(fd);
	mkfifo("/tmp/fuzz.pipe", 0600);
}

static pid_t start(unsigned int number)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (!fuzz_cover_open() && !number)
		printf("# no KCOV: unguided\n");
	fflush(stdout);
	fuzz_device_open();
	fuzz_fail_open();
	if (!fuzz_actor_become() || !fuzz_message_open())
		_exit(1);
	fuzz_worker(number, seed, messages);
	_exit(0);
}

static void show_stack(pid_t pid)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		printf("#   %s", line);
	if (file)
		fclose(file);
}

/* Wait for all of them. Return: whether each came to its end. */
static bool wait_for(const pid_t *pids)
{
	time_t begin = time(NULL);
	uint64_t steps[MAX_WORKERS] = { 0 }, second = 0;
	unsigned int idle[MAX_WORKERS] = { 0 }, i, nr = nr_workers;
	bool good = true;

	while (nr) {
		int status;
		pid_t gone = waitpid(-1, &status, WNOHANG);

		if (gone > 0) {
			nr--;
			if (status) {
				printf("# process %d ended with status %#x\n", gone, status);
				good = false;
			}
			continue;
		}
		sleep(1);
		if (!(++second % PROGRESS)) {
			printf("# %llu messages, %llu instructions reached\n",
			       (unsigned long long)shared->messages,
			       (unsigned long long)shared->nr_seen);
			fflush(stdout);
		}
		if (seconds && (uint64_t)(time(NULL) - begin) >= seconds)
			shared->stop = true;
		for (i = 0; i < nr_workers; i++) {
			uint64_t step = __atomic_load_n(&shared->step[i], __ATOMIC_RELAXED);

			idle[i] = step == steps[i] && !kill(pids[i], 0) ? idle[i] + 1 : 0;
			steps[i] = step;
			if (idle[i] != STUCK)
				continue;
			printf("# process %d is in one call for %d seconds\n", pids[i], STUCK);
			show_stack(pids[i]);
			kill(pids[i], SIGKILL);
			good = false;
		}
	}
	return good;
}

static void report(time_t took)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	printf("# seed %llu, %u processes of %s\n", (unsigned long long)seed, nr_workers,
	       fuzz_actor_name());
	printf("# %llu messages and %llu other calls in %llu programs, %ld seconds: %llu calls/s\n",
	       (unsigned long long)shared->messages, (unsigned long long)shared->calls,
	       (unsigned long long)shared->programs, (long)took,
	       (unsigned long long)(shared->messages + shared->calls) / (took ? took : 1));
	printf("# CPU time: %ld seconds in user space, %ld in the kernel\n",
	       (long)usage.ru_utime.tv_sec, (long)usage.ru_stime.tv_sec);
	printf("# reached: %llu instructions, %llu pairs; %llu programs kept\n",
	       (unsigned long long)shared->nr_seen, (unsigned long long)shared->nr_edges,
	       (unsigned long long)shared->kept);
	fuzz_message_report();
	fflush(stdout);
}

static void tidy(void)
{
	if (fuzz_message_open()) {
		fuzz_message_reset(false);
		fuzz_message_verify(true);
		fuzz_message_close();
	}
}

static void use(void)
{
	if (fuzz_message_open())
		result(fuzz_users_run(), "the modules that use the API find it in order");
	tidy();
}

static void run(const char *parameters)
{
	pid_t pids[MAX_WORKERS];
	time_t begin = time(NULL);
	unsigned int i;
	bool good;

	fuzz_cover_open();
	fuzz_cover_start();
	good = fuzz_load("memctl", parameters);
	result(good, "the module loads");
	if (!good)
		return;
	read_sections();
	/* What is gone after loading may lie before or behind the rest. */
	shared->base = section_address(".text") - MAX_TEXT / 2;
	fuzz_cover_look();
	fuzz_cover_stop();
	make_files();
	fuzz_fail_setup();
	if (fuzz_actor != ACTOR_ROOT && fuzz_message_open()) {
		fuzz_message_reset(true);
		fuzz_message_close();
	}
	for (i = 0; i < nr_workers; i++)
		pids[i] = start(i);
	good = wait_for(pids);
	report(time(NULL) - begin);
	result(good, "every process came to its end");
	result(shared->stop || shared->messages >= messages,
	       shared->stop ? "the time is over" : "all messages were sent");
	/* With nobody else at work everything can go. */
	tidy();
	if (users)
		use();
	if (fuzz_actor != ACTOR_ROOT)
		result(!shared->exceeded, "no command of root's was granted");
	result(!shared->wrong, "every invariant held whenever one looked");
	read_map();
	fuzz_cover_start();
	/* The end of a socket with a dump in flight is the work of a work queue. */
	for (i = 0; i < 300; i++) {
		good = !syscall(SYS_delete_module, "memctl", O_NONBLOCK);
		if (good)
			break;
		usleep(100000);
	}
	if (!good)
		printf("# delete_module: %s\n", strerror(errno));
	fuzz_cover_look();
	fuzz_cover_stop();
	result(good, "the module unloads");
	write_coverage();
}

static void read_options(int argc, char **argv, char *parameters, size_t room)
{
	int i;

	seed = time(NULL);
	for (i = 1; i < argc; i++) {
		if (i + 1 < argc && !strcmp(argv[i], "--messages"))
			messages = strtoull(argv[++i], NULL, 0);
		else if (i + 1 < argc && !strcmp(argv[i], "--seconds"))
			seconds = strtoull(argv[++i], NULL, 0);
		else if (i + 1 < argc && !strcmp(argv[i], "--workers"))
			nr_workers = strtoul(argv[++i], NULL, 0);
		else if (i + 1 < argc && !strcmp(argv[i], "--seed"))
			seed = strtoull(argv[++i], NULL, 0);
		else if (i + 1 < argc && !strcmp(argv[i], "--coverage"))
			coverage = argv[++i];
		else if (i + 1 < argc && !strcmp(argv[i], "--actor") && fuzz_actor_set(argv[i + 1]))
			i++;
		else if (!strcmp(argv[i], "--users"))
			users = true;
		else
			snprintf(parameters + strlen(parameters), room - strlen(parameters), "%s ",
				 argv[i]);
	}
	if (nr_workers < 1 || nr_workers > MAX_WORKERS)
		nr_workers = 2;
}

int main(int argc, char **argv)
{
	char parameters[256] = "size=8M nodes=0-1 dma=1M dma32=1M ";

	read_options(argc, argv, parameters, sizeof(parameters));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 1;
	printf("TAP version 13\n# seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	run(parameters);
	printf("1..%u\n", nr_tests);
	return nr_failed != 0;
}
