// SPDX-License-Identifier: GPL-2.0
/*
 * region_stall - what an ordinary user can do with a region's file to keep
 * others waiting, until standard input ends. For test_walks.sh.
 *
 *   region_stall mappings NUMBER   descriptor 3, a region's file, is mapped so
 *                                  often as a whole, to read, and the first page
 *                                  of each second one to write; one is written
 *   region_stall lock              descriptor 3 is mapped; a thread faults on a
 *                                  page of FUSE that never comes, with mmap_lock
 *                                  held, and another one waits to write behind it
 *   region_stall fork              descriptor 3 is mapped, and children come and
 *                                  go as fast as they can
 *   region_stall remap             descriptor 3 is mapped and unmapped, each time
 *                                  at a higher address
 *   region_stall serve DIRECTORY   a file system of FUSE there; its file "page" is
 *                                  never read to the end
 *   region_stall late DIRECTORY    the same, but SIGUSR1 has it read
 *
 * Prints "ready PID" when it is so, with the number of the process that maps.
 * With STALL_UID set it is that user's.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fuse.h>
#include <linux/memctl_dev.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define REGION_FD 3
#define PAGE	  4096UL
/* Reads refused before the one that has no answer: in the first mmap_lock is let go of. */
#define NR_REFUSED 1

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(1);
}

static bool told_to_end(int milliseconds)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	return poll(&input, 1, milliseconds) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

static void ready(int pid)
{
	printf("ready %d\n", pid);
	fflush(stdout);
}

static uint64_t region_size(void)
{
	struct memctl_dev_info info;

	if (ioctl(REGION_FD, MEMCTL_DEV_INFO, &info))
		die("descriptor 3 is no region");
	return info.size;
}

static char *map_region(char *address)
{
	char *start = mmap(address, region_size(), PROT_READ | PROT_WRITE,
			   MAP_SHARED | (address ? MAP_FIXED_NOREPLACE : 0), REGION_FD, 0);

	if (start == MAP_FAILED)
		die("mmap");
	*(volatile char *)start = 1;
	return start;
}

/* --- FUSE ----------------------------------------------------------------------------------- */

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* A user's own mounts, for who is not root. */
static void have_mounts(void)
{
	unsigned int uid = getuid(), gid = getgid();
	char text[64];

	if (unshare(uid ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS))
		die("unshare");
	if (!uid)
		return;
	write_file("/proc/self/setgroups", "deny");
	snprintf(text, sizeof(text), "0 %u 1", uid);
	write_file("/proc/self/uid_map", text);
	snprintf(text, sizeof(text), "0 %u 1", gid);
	write_file("/proc/self/gid_map", text);
}

static int mount_fuse(const char *directory)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[128];

	if (fd < 0)
		die("/dev/fuse");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (mount("stall", directory, "fuse", 0, options))
		die("mount");
	return fd;
}

static void fill_attr(struct fuse_attr *attr, uint64_t node)
{
	attr->ino = node;
	attr->size = 16 * PAGE;
	attr->mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
	attr->nlink = 1;
}

/* The read that waits, until SIGUSR1 comes. */
static uint64_t late_read;
static int late_fd;

static void on_late(int number)
{
	static struct {
		struct fuse_out_header header;
		char data[PAGE];
	} out;

	out.header.unique = late_read;
	out.header.len = sizeof(out);
	memset(out.data, 'x', sizeof(out.data));
	if (write(late_fd, &out, sizeof(out)) != sizeof(out))
		_exit(1);
}

/*
 * Answer one request of the kernel's. @nr_refused: reads that are refused yet.
 * Return: whether it was answered, or needed no answer.
 */
static bool answer(int fd, unsigned int *nr_refused)
{
	static char request[1 << 16];
	const struct fuse_in_header *in = (void *)request;
	struct {
		struct fuse_out_header header;
		union {
			struct fuse_init_out init;
			struct fuse_entry_out entry;
			struct fuse_attr_out attr;
			struct fuse_open_out open;
		};
	} out;
	size_t size = 0;

	if (read(fd, request, sizeof(request)) < 0)
		return true;
	memset(&out, 0, sizeof(out));
	out.header.unique = in->unique;
	switch (in->opcode) {
	case FUSE_INIT:
		out.init.major = FUSE_KERNEL_VERSION;
		out.init.minor = 31;
		out.init.max_write = PAGE;
		size = sizeof(out.init);
		break;
	case FUSE_LOOKUP:
		out.entry.nodeid = 2;
		out.entry.attr_valid = 1000;
		out.entry.entry_valid = 1000;
		fill_attr(&out.entry.attr, 2);
		size = sizeof(out.entry);
		break;
	case FUSE_GETATTR:
		out.attr.attr_valid = 1000;
		fill_attr(&out.attr.attr, in->nodeid);
		size = sizeof(out.attr);
		break;
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		size = sizeof(out.open);
		break;
	case FUSE_READ:
		late_read = in->unique;
		if (!*nr_refused)
			return false;
		--*nr_refused;
		out.header.error = -EIO;
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return true;
	default:
		out.header.error = -ENOSYS;
	}
	out.header.len = sizeof(out.header) + size;
	if (write(fd, &out, out.header.len) < 0 && errno != ENOENT)
		die("write to /dev/fuse");
	return true;
}

/* Serve until standard input ends. @on_stall: called when a read is not answered. */
static void serve(int fd, unsigned int nr_refused, void (*on_stall)(void))
{
	struct pollfd polled[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};

	for (;;) {
		poll(polled, 2, -1);
		if (polled[1].revents && told_to_end(0))
			return;
		if (polled[0].revents & POLLERR)
			return;
		if (polled[0].revents && !answer(fd, &nr_refused) && on_stall)
			on_stall();
	}
}

/* --- lock ----------------------------------------------------------------------------------- */

static int lock_pid, go[2];
static char *never;

/* Waits for mmap_lock, to write. */
static void *map_something(void *argument)
{
	char byte;

	if (read(go[0], &byte, 1) == 1)
		mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* So that it is seen if it did not wait. */
	_exit(2);
}

/* The other process is in a fault: have it wait to write, too. */
static void stalled(void)
{
	if (write(go[1], "", 1) != 1)
		die("write");
	usleep(500000);
	ready(lock_pid);
}

/* The process has not stalled, and is gone. */
static void on_child(int number)
{
	_exit(1);
}

static void lock(void)
{
	char directory[] = "/tmp/region_stall.XXXXXX", path[64];
	pthread_t thread;
	int fd, file;

	have_mounts();
	if (!mkdtemp(directory) || pipe(go))
		die(directory);
	fd = mount_fuse(directory);
	signal(SIGCHLD, on_child);
	lock_pid = fork();
	if (lock_pid) {
		close(go[0]);
		serve(fd, NR_REFUSED, stalled);
		signal(SIGCHLD, SIG_DFL);
		kill(lock_pid, SIGKILL);
		exit(0);
	}
	signal(SIGCHLD, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(fd);
	close(go[1]);
	close(STDIN_FILENO);
	map_region(NULL);
	snprintf(path, sizeof(path), "%s/page", directory);
	file = open(path, O_RDONLY);
	never = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 0);
	if (file < 0 || never == MAP_FAILED)
		die(path);
	if (pthread_create(&thread, NULL, map_something, NULL))
		die("pthread_create");
	exit(*(volatile char *)never);
}

/* --- others --------------------------------------------------------------------------------- */

static void map_many(unsigned long nr)
{
	char *start;

	for (unsigned long i = 0; i < nr; i++) {
		start = mmap(NULL, region_size(), PROT_READ, MAP_SHARED, REGION_FD, 0);
		if (start == MAP_FAILED ||
		    mprotect(start, PAGE, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ))
			die("mmap");
		if (i == 1)
			*(volatile char *)start = 1;
	}
	ready(getpid());
	while (!told_to_end(-1))
		;
}

static void fork_all_the_time(void)
{
	map_region(NULL);
	signal(SIGCHLD, SIG_IGN);
	ready(getpid());
	while (!told_to_end(0)) {
		int pid = fork();

		if (!pid) {
			usleep(20000);
			_exit(0);
		}
		if (pid < 0)
			usleep(1000);
	}
}

static void remap_all_the_time(void)
{
	char *address = map_region(NULL);
	uint64_t size = region_size();

	/* Upwards, before whoever walks. */
	munmap(address, size);
	address = (char *)0x200000000000UL;
	ready(getpid());
	while (!told_to_end(0)) {
		for (unsigned int i = 0; i < 64; i++) {
			map_region(address);
			if (i >= 8)
				munmap(address - 8 * 2 * size, size);
			address += 2 * size;
		}
		munmap(address - 16 * size, 16 * size);
		if ((uintptr_t)address > 0x600000000000UL)
			address = (char *)0x200000000000UL;
	}
}

static void serve_there(const char *directory)
{
	int fd = mount_fuse(directory);

	late_fd = fd;
	ready(getpid());
	serve(fd, 0, NULL);
	umount2(directory, MNT_DETACH);
}

int main(int argc, char **argv)
{
	const char *uid = getenv("STALL_UID"), *what = argc > 1 ? argv[1] : "";

	/* A user who may be dumped: else /proc/self is root's, and with it the map of user ids. */
	if (uid && (setgid(atoi(uid)) || setuid(atoi(uid)) || prctl(PR_SET_DUMPABLE, 1)))
		die("setuid");
	if (argc == 3 && !strcmp(what, "mappings"))
		map_many(strtoul(argv[2], NULL, 0));
	else if (argc == 2 && !strcmp(what, "lock"))
		lock();
	else if (argc == 2 && !strcmp(what, "fork"))
		fork_all_the_time();
	else if (argc == 2 && !strcmp(what, "remap"))
		remap_all_the_time();
	else if (argc == 3 && !strcmp(what, "serve"))
		serve_there(argv[2]);
	else if (argc == 3 && !strcmp(what, "late") && signal(SIGUSR1, on_late) != SIG_ERR)
		serve_there(argv[2]);
	else
		die("usage: region_stall mappings NUMBER|lock|fork|remap|{serve|late} DIRECTORY");
	return 0;
}
