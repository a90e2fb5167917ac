/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page of a region gets a hardware memory error, as the host's own switch
 * makes it: SIGBUS with BUS_MCEERR_AR for an access, EIO for a read or write,
 * in the region and in its fork, while all other pages are there.
 */
#ifndef REGION_ERROR_H
#define REGION_ERROR_H

#include "region_process.h"

#define ERROR_SWITCH "/sys/devices/system/memory/hard_offline_page"

static sigjmp_buf error_return;
static volatile int error_code;

static void on_error(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	error_code = info->si_code;
	siglongjmp(error_return, 1);
}

/* Access a page. Return: 0, or the code of the SIGBUS. */
static int error_access(volatile char *page, bool write)
{
	struct sigaction action = { .sa_sigaction = on_error, .sa_flags = SA_SIGINFO }, old;

	sigaction(SIGBUS, &action, &old);
	error_code = 0;
	if (!sigsetjmp(error_return, 1)) {
		if (write)
			*page = 1;
		else
			(void)*page;
	}
	sigaction(SIGBUS, &old, NULL);
	return error_code;
}

/* The frame behind a page of a region, or 0. */
static uint64_t error_pfn(const char *region, uint64_t address)
{
	uint64_t physical = 0;
	char line[256];
	FILE *pipe;

	snprintf(line, sizeof(line), "%s pt walk 0x%llx --region %s", getenv("MEMCTL") ?: "memctl",
		 (unsigned long long)address, region);
	pipe = popen(line, "r");
	while (pipe && fgets(line, sizeof(line), pipe))
		sscanf(line, "physical address 0x%lx", &physical);
	if (pipe)
		pclose(pipe);
	return physical / PAGE;
}

static void error_damage(uint64_t pfn)
{
	FILE *file = fopen(ERROR_SWITCH, "w");

	if (!file)
		die(ERROR_SWITCH);
	fprintf(file, "0x%llx", (unsigned long long)(pfn * PAGE));
	/* It says that it can do nothing about it. */
	fclose(file);
	/* Whoever asks is not answered before it was looked at. */
	memctl("status");
}

static void error_of_page(const char *region, int fd, char *memory, unsigned int bad)
{
	char byte = 0;

	expect(error_access(memory + bad * PAGE, false) == BUS_MCEERR_AR, "%s: read it: SIGBUS",
	       region);
	expect(error_access(memory + bad * PAGE, true) == BUS_MCEERR_AR, "%s: write it: SIGBUS",
	       region);
	expect(pread(fd, &byte, 1, bad * PAGE) == -1 && errno == EIO, "%s: read(): EIO", region);
	expect(pwrite(fd, &byte, 1, bad * PAGE) == -1 && errno == EIO, "%s: write(): EIO", region);
	expect(!error_access(memory + (bad + 1) * PAGE, false), "%s: the page behind it", region);
	expect(!error_access(memory + (bad - 1) * PAGE, false), "%s: the page before it", region);
}

static void test_error(void)
{
	const unsigned int bad = 5, nr = 64;
	int fd, child, pipes[2], status, pid;
	char *memory, *copy;
	loff_t offset = bad * PAGE;
	uint64_t pfn;

	expect(!memctl("region add error --size 4M"), "make a region");
	fd = bind_region("error", O_RDWR);
	memory = map_region(fd, 4 << 20, PROT_READ | PROT_WRITE, 0);
	if (!expect(!!memory, "map it"))
		return;
	for (unsigned int i = 0; i < nr; i++)
		memory[i * PAGE] = 'a' + i % 26;
	expect(!memctl("region fork error copy"), "fork it");
	child = bind_region("copy", O_RDWR);
	copy = map_region(child, 4 << 20, PROT_READ | PROT_WRITE, 0);
	pfn = error_pfn("error", 0x100000000000ULL + bad * PAGE);
	if (!expect(pfn && copy && copy[bad * PAGE] == 'a' + bad, "one frame backs both"))
		return;
	error_damage(pfn);
	error_of_page("error", fd, memory, bad);
	error_of_page("copy", child, copy, bad);
	pid = fork();
	if (!pid)
		_exit(error_access(memory + bad * PAGE, false) == BUS_MCEERR_AR ? 0 : 1);
	waitpid(pid, &status, 0);
	expect(!status, "a child of the process: SIGBUS");
	if (pipe(pipes))
		die("pipe");
	expect(splice(fd, &offset, pipes[1], NULL, PAGE, 0) == -1 && errno == EIO, "splice: EIO");
	close(pipes[0]);
	close(pipes[1]);
	munmap(memory, 4 << 20);
	munmap(copy, 4 << 20);
	close(fd);
	close(child);
	expect(!memctl("region del error") && !memctl("region del copy"), "remove both");
	printf("# pfn 0x%llx\n", (unsigned long long)pfn);
}

#endif /* REGION_ERROR_H */
