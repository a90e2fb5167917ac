// SPDX-License-Identifier: GPL-2.0
/*
 * nl_unload_race - T15, processes that use the module while test_lifetime.sh
 * loads and unloads it under their hands. Each does one thing again and again,
 * holds it for a moment, and takes it as it comes when there is no module.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "nl_hostile.h"
#include "nl_message.h"
#include "nl_rights.h"

#define MODULE_DIR "/sys/module/memctl"

/* What racers do; one process of each. */
enum race { OPENING, DUMPING, ABANDONING, FAULTING, NR_RACES };

static const char *const race_names[] = { "opened", "dumped", "abandoned", "faulted" };

/* How often each did what it does, in memory that all share. */
static unsigned long *race_counts;

/* A socket, and the family as it is now; the module is not loaded by that. */
static int race_socket(void)
{
	int fd;

	if (access(MODULE_DIR, F_OK))
		return -1;
	fd = open_socket();
	begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put_text(&request, CTRL_ATTR_FAMILY_NAME, MEMCTL_FAMILY_NAME);
	if (fd >= 0 && !finish(fd, &request, &reply)) {
		family = replied_number(&reply, CTRL_ATTR_FAMILY_ID);
		return fd;
	}
	close(fd);
	return -1;
}

static void ignore_message(const struct nlmsghdr *nlh)
{
	(void)nlh;
}

static bool race_open(void)
{
	int fd = open(DEVICE, O_RDWR);

	if (fd < 0)
		return false;
	usleep(1000);
	return !close(fd);
}

/* With a socket's buffer that is too small for the answer, a part waits in the kernel. */
static bool race_dump(bool abandon)
{
	static const uint8_t cmds[] = { MEMCTL_CMD_CACHE_GET, MEMCTL_CMD_ZONE_GET,
					MEMCTL_CMD_CHUNK_GET, MEMCTL_CMD_PT_FORMAT_GET };
	static unsigned int turn;
	int fd = race_socket(), error;

	if (fd < 0)
		return false;
	begin(&request, family, cmds[turn++ % sizeof(cmds)], NLM_F_DUMP);
	header(&request)->nlmsg_len = request.len;
	if (abandon) {
		error = send(fd, request.data, request.len, 0) < 0;
		usleep(1000);
	} else {
		error = exchange(fd, ignore_message);
	}
	close(fd);
	return !error;
}

static bool race_fault(void)
{
	int fd = race_socket(), device, file;
	volatile char *map = MAP_FAILED;
	unsigned int i;

	if (fd < 0)
		return false;
	begin(&request, family, MEMCTL_CMD_REGION_ADD, 0);
	put_text(&request, MEMCTL_A_REGION_NAME, RIGHTS);
	put_u64(&request, MEMCTL_A_REGION_SIZE, 1 << 20);
	if (finish(fd, &request, &reply)) {
		close(fd);
		return false;
	}
	device = open(DEVICE, O_RDWR);
	file = device < 0 ? -1 : bind_to(device);
	if (file >= 0)
		map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	for (i = 0; map != MAP_FAILED && i < 16; i++)
		map[i * 4096] = 1;
	/* Mapped alone, then held by its file alone. */
	if (device >= 0)
		close(device);
	usleep(1000);
	if (map != MAP_FAILED)
		munmap((void *)map, 1 << 20);
	if (file >= 0)
		close(file);
	begin(&request, family, MEMCTL_CMD_REGION_DEL, 0);
	put_text(&request, MEMCTL_A_REGION_NAME, RIGHTS);
	finish(fd, &request, &reply);
	close(fd);
	return map != MAP_FAILED;
}

static void run_race(enum race race, const char *pause_file)
{
	for (;;) {
		bool done = false;

		if (access(pause_file, F_OK))
			done = race == OPENING	? race_open() :
			       race == FAULTING ? race_fault() :
						  race_dump(race == ABANDONING);
		race_counts[race] += done;
		usleep(done ? 10000 : 20000);
	}
}

/* Until standard input ends. While @pause_file exists they rest, and hold nothing. */
int run_races(const char *pause_file)
{
	pid_t pids[NR_RACES];
	enum race race;
	char byte;

	race_counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (race_counts == MAP_FAILED)
		return KSFT_FAIL;
	for (race = 0; race < NR_RACES; race++) {
		pids[race] = fork();
		if (!pids[race])
			run_race(race, pause_file);
	}
	while (read(0, &byte, 1) > 0)
		;
	for (race = 0; race < NR_RACES; race++) {
		kill(pids[race], SIGKILL);
		waitpid(pids[race], NULL, 0);
		printf("%s %lu\n", race_names[race], race_counts[race]);
	}
	return KSFT_PASS;
}
