// SPDX-License-Identifier: GPL-2.0
/*
 * A page of a region gets a hardware memory error, as the host's own switch
 * makes it: SIGBUS with BUS_MCEERR_AR for an access, EIO for a read or write,
 * in the region and in its fork, while all other pages are there. A page that is
 * lent to a pipe: EIO for whoever reads the pipe. The frame of zeros: zeros, from
 * elsewhere.
 */
#include <setjmp.h>
#include <sys/socket.h>
#include "region_process.h"
#include "region_user.h"

#define ERROR_START  0x100000000000ULL
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

/* What is in a pipe when the error comes. */
static void error_of_lent(void)
{
	int fd, pipes[2], sockets[2], other[2];
	char byte = 'x';
	loff_t offset = 0;
	uint64_t pfn;

	expect(!memctl("region add lent --size 1M"), "make a region to lend of");
	fd = bind_region("lent", O_RDWR);
	if (pwrite(fd, &byte, 1, 0) != 1 || pipe2(pipes, O_NONBLOCK) || pipe2(other, O_NONBLOCK) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		die("lent");
	pfn = error_pfn("lent", ERROR_START);
	if (!expect(pfn && splice(fd, &offset, pipes[1], NULL, PAGE, 0) == (ssize_t)PAGE,
		    "a page goes to a pipe"))
		return;
	error_damage(pfn);
	expect(read(pipes[0], &byte, 1) == -1 && errno == EIO, "read the pipe: EIO");
	expect(splice(pipes[0], NULL, sockets[1], NULL, PAGE, 0) == -1 && errno == EIO,
	       "splice it to a socket: EIO");
	expect(tee(pipes[0], other[1], PAGE, 0) == (ssize_t)PAGE, "another pipe has it, too");
	expect(read(other[0], &byte, 1) == -1 && errno == EIO, "read that one: EIO");
	for (unsigned int i = 0; i < 2; i++) {
		close(pipes[i]);
		close(other[i]);
		close(sockets[i]);
	}
	close(fd);
	expect(!memctl("region del lent"), "remove it");
	printf("# pfn 0x%llx\n", (unsigned long long)pfn);
}

/* Whether a page can be read, is zeros, and comes from another frame. */
static bool error_is_other(const char *region, volatile char *memory, unsigned int page,
			   uint64_t bad)
{
	uint64_t pfn;

	if (error_access(memory + page * PAGE, false) || memory[page * PAGE])
		return false;
	pfn = error_pfn(region, ERROR_START + page * PAGE);
	return pfn && pfn != bad;
}

/* The frame of zeros is everybody's, and what was in it is known. */
static void error_of_zeros(void)
{
	const unsigned int untouched = 100;
	char *memory, *second, byte = 1;
	int fd, other;
	uint64_t pfn;
	bool good;

	expect(!memctl("region add zeros --size 1M"), "make a region of zeros");
	fd = bind_region("zeros", O_RDWR);
	memory = map_region(fd, 1 << 20, PROT_READ | PROT_WRITE, 0);
	if (!expect(memory && !*(volatile char *)memory, "read zeros"))
		return;
	(void)*(volatile char *)(memory + PAGE);
	pfn = error_pfn("zeros", ERROR_START);
	expect(pfn && pfn == error_pfn("zeros", ERROR_START + PAGE), "one frame is all of them");
	error_damage(pfn);
	expect(error_is_other("zeros", memory, 0, pfn), "zeros that were there are read elsewhere");
	expect(error_is_other("zeros", memory, untouched, pfn), "so are others");
	good = pread(fd, &byte, 1, (untouched + 1) * PAGE) == 1 && !byte;
	good &= error_is_other("zeros", memory, untouched + 1, pfn);
	expect(good, "so they are by read()");
	expect(!error_access(memory + PAGE, true) && memory[PAGE] == 1, "write over zeros");
	expect(!error_access(memory, true) && memory[0] == 1, "write to others");
	expect(!memctl("region add others --size 1M"), "make another region");
	other = bind_region("others", O_RDWR);
	second = map_region(other, 1 << 20, PROT_READ, 0);
	expect(second && error_is_other("others", second, 0, pfn), "its zeros come from elsewhere");
	good = !memctl("region protect others 0x%llx 4K r", ERROR_START + 3 * PAGE);
	good &= error_is_other("others", second, 3, pfn);
	expect(good, "so do those that cannot be written");
	munmap(memory, 1 << 20);
	munmap(second, 1 << 20);
	close(fd);
	close(other);
	expect(!memctl("region del zeros") && !memctl("region del others"), "remove both");
	printf("# pfn 0x%llx\n", (unsigned long long)pfn);
}

void test_error(void)
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
	pfn = error_pfn("error", ERROR_START + bad * PAGE);
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
	error_of_lent();
	error_of_zeros();
}
