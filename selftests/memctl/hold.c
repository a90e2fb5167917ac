// SPDX-License-Identifier: GPL-2.0
/*
 * hold - keep something of the module, as anybody could, until standard input
 * ends. For test_hold.sh.
 *
 *   hold path             descriptor 3, a region's file, as one of O_PATH alone;
 *                         at the end it is opened again, and the result printed
 *   hold page FILE        read FILE into a page that never comes (userfaultfd)
 *   hold file FILE        FILE, open
 *   hold dumps NUMBER [ARENA]   so many dumps of arena-get, none of them read;
 *                         at the end one is, and its result printed
 *   hold ask ARENA        ask for ARENA again and again
 *
 * Prints "ready" when it has it. With HOLD_UID set it is that user's.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <linux/userfaultfd.h>
#include "nl_message.h"

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(KSFT_FAIL);
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

/* Whether standard input has ended, within so many milliseconds. */
static bool told_to_end(int milliseconds)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	return poll(&input, 1, milliseconds) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

static void wait_for_end(void)
{
	while (!told_to_end(-1))
		;
}

static int hold_path(void)
{
	char path[64], byte;
	int kept = open("/proc/self/fd/3", O_PATH), again;

	if (kept < 0 || close(3))
		die("/proc/self/fd/3");
	ready();
	wait_for_end();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", kept);
	again = open(path, O_RDWR);
	if (again < 0)
		puts(errno == ESTALE || errno == ENXIO ? "gone" : strerror(errno));
	else
		puts(pread(again, &byte, 1, 0) == 1 ? "read" : "open");
	return KSFT_PASS;
}

/* A page that faults until somebody fills it, and nobody does. */
static void *absent_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	void *page;

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		die("userfaultfd");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (unsigned long)page;
	range.range.len = 4096;
	if (page == MAP_FAILED || ioctl(fd, UFFDIO_REGISTER, &range))
		die("a page of userfaultfd");
	return page;
}

static int read_into_page(const char *path)
{
	void *page = absent_page();
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		die(path);
	ready();
	/* Killed in here. */
	printf("read %zd\n", read(fd, page, 4096));
	return KSFT_PASS;
}

static int hold_file(const char *path)
{
	char text[64];
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		die(path);
	ready();
	wait_for_end();
	puts(pread(fd, text, sizeof(text), 0) < 0 ? strerror(errno) : "read");
	return KSFT_PASS;
}

static void send_dump(int fd, const char *arena)
{
	begin(&request, family, MEMCTL_CMD_ARENA_GET, NLM_F_DUMP);
	if (arena)
		put_text(&request, MEMCTL_A_ARENA_ARENA, arena);
	header(&request)->nlmsg_len = request.len;
	if (send(fd, request.data, request.len, 0) < 0)
		die("send");
}

/* Read a dump to its end. Return: 0, or the error that it ended with. */
static int read_dump(int fd)
{
	static uint8_t buffer[MAX_MESSAGE];

	for (;;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buffer;

		if (got < 0)
			return errno;
		for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
			if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR)
				return -*(const int *)NLMSG_DATA(nlh);
		}
	}
}

static int hold_dumps(int fd, unsigned int nr, const char *arena)
{
	int first = fd;

	while (nr--) {
		send_dump(fd, arena);
		fd = open_socket();
		if (fd < 0)
			die("netlink");
	}
	ready();
	wait_for_end();
	puts(strerror(read_dump(first)));
	return KSFT_PASS;
}

static int ask(int fd, const char *arena)
{
	unsigned long nr = 0;

	ready();
	while (nr % 64 || !told_to_end(0)) {
		begin(&request, family, MEMCTL_CMD_ARENA_GET, 0);
		put_text(&request, MEMCTL_A_ARENA_ARENA, arena);
		finish(fd, &request, &reply);
		nr++;
	}
	printf("asked %lu\n", nr);
	return KSFT_PASS;
}

int main(int argc, char **argv)
{
	const char *user = getenv("HOLD_UID"), *what = argc > 1 ? argv[1] : "";
	int fd;

	if (user && setuid(strtoul(user, NULL, 10)))
		die("setuid");
	if (argc == 2 && !strcmp(what, "path"))
		return hold_path();
	if (argc == 3 && !strcmp(what, "page"))
		return read_into_page(argv[2]);
	if (argc == 3 && !strcmp(what, "file"))
		return hold_file(argv[2]);
	fd = open_socket();
	if (fd < 0 || !find_family(fd))
		die("netlink");
	if (argc >= 3 && !strcmp(what, "dumps"))
		return hold_dumps(fd, strtoul(argv[2], NULL, 10), argv[3]);
	if (argc == 3 && !strcmp(what, "ask"))
		return ask(fd, argv[2]);
	fprintf(stderr,
		"usage: hold path | page FILE | file FILE | dumps NUMBER [ARENA] | ask ARENA\n");
	return KSFT_FAIL;
}
