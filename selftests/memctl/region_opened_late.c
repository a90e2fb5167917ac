// SPDX-License-Identifier: GPL-2.0
/*
 * T6, whoever has a region's inode without a file of it, and opens that after
 * the region has been removed: by a descriptor of O_PATH, his own or one that
 * came by a socket, made from a descriptor or from a mapping, by an event in a
 * queue of fanotify, by a handle, and beside a mark of inotify. In each case the
 * region can be removed, others come into its place, and of these nothing is read
 * or written.
 */
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include "region_process.h"
#include "region_user.h"

#define LATE_SIZE   (1UL << 20)
#define LATE_OTHERS 3
#define LATE_ROUNDS 10

static char late_text[256];

/* The path by which a descriptor of ours is opened again. */
static const char *late_path(int fd)
{
	snprintf(late_text, sizeof(late_text), "/proc/self/fd/%d", fd);
	return late_text;
}

/* The region "late", and its file with one page written. */
static int late_region(void)
{
	int fd;

	expect(!memctl("region add late --size %lu", LATE_SIZE), "make a region");
	fd = bind_region("late", O_RDWR);
	expect(pwrite(fd, "late", 4, 0) == 4, "write to it");
	return fd;
}

/* Remove the region, and have others take its memory: the frames, and the record in the kernel. */
static void late_replace(const char *way)
{
	bool good = true;

	expect(!memctl("region del late"), "%s: the region is removed", way);
	for (int i = 0; i < LATE_OTHERS; i++) {
		char name[32];
		int fd;

		snprintf(name, sizeof(name), "other%d", i);
		good &= !memctl("region add %s --size %lu", name, LATE_SIZE);
		fd = bind_region(name, O_RDWR);
		good &= pwrite(fd, "secret", 6, 0) == 6;
		close(fd);
	}
	expect(good, "%s: others are in its place", way);
}

/* Their memory is what they wrote, and nothing is held of them. */
static void late_restore(const char *way)
{
	bool good = true;

	for (int i = 0; i < LATE_OTHERS; i++) {
		char name[32], text[6];
		int fd;

		snprintf(name, sizeof(name), "other%d", i);
		fd = bind_region(name, O_RDWR);
		good &= pread(fd, text, 6, 0) == 6 && !memcmp(text, "secret", 6);
		close(fd);
		good &= !memctl("region del %s", name);
	}
	expect(good && !memctl("verify"), "%s: the others are as they were", way);
}

/* Whether it can be opened no more, in any way, and nothing else harms. */
static bool late_is_gone(int path)
{
	const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_TRUNC, O_RDWR | O_APPEND };
	char text[16];
	bool good = true;
	struct statfs system;
	struct stat status;

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		int fd = open(late_path(path), modes[i]);

		good &= fd < 0 && (errno == ESTALE || errno == ENXIO || errno == EPERM);
		if (fd >= 0)
			close(fd);
	}
	/* These may say what they like. */
	truncate(late_path(path), 0);
	chmod(late_path(path), 0640);
	chown(late_path(path), 1, 1);
	utimes(late_path(path), NULL);
	getxattr(late_path(path), "user.none", text, sizeof(text));
	setxattr(late_path(path), "user.none", "x", 1, 0);
	stat(late_path(path), &status);
	statfs(late_path(path), &system);
	link(late_path(path), "/tmp/late");
	readlink(late_path(path), text, sizeof(text));
	return good;
}

/* The file and its descriptor of O_PATH, by a socket and back. */
static int late_by_socket(int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = {};
	char byte = 0;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pair[2], path = open(late_path(fd), O_PATH);

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &path, sizeof(int));
	if (path < 0 || sendmsg(pair[0], &message, 0) != 1)
		die("sendmsg");
	close(path);
	close(fd);
	late_replace("O_PATH in a socket");
	if (recvmsg(pair[1], &message, 0) != 1)
		die("recvmsg");
	memcpy(&path, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	close(pair[0]);
	close(pair[1]);
	return path;
}

static void late_paths(void)
{
	int path, fd = late_region();
	unsigned long address;
	void *map;

	path = open(late_path(fd), O_PATH);
	close(fd);
	fd = open(late_path(path), O_RDWR);
	expect(fd >= 0, "O_PATH: it can be opened while the region is there");
	expect(memctl("region del late"), "O_PATH: then it is held");
	close(fd);
	late_replace("O_PATH");
	expect(late_is_gone(path), "O_PATH: it cannot be opened again");
	close(path);
	late_restore("O_PATH");

	path = late_by_socket(late_region());
	expect(late_is_gone(path), "O_PATH in a socket: it cannot be opened again");
	close(path);
	late_restore("O_PATH in a socket");

	fd = late_region();
	map = map_region(fd, LATE_SIZE, PROT_READ | PROT_WRITE, 0);
	close(fd);
	address = (unsigned long)map;
	snprintf(late_text, sizeof(late_text), "/proc/self/map_files/%lx-%lx", address,
		 address + LATE_SIZE);
	path = open(late_text, O_PATH);
	expect(path >= 0, "O_PATH of a mapping");
	munmap(map, LATE_SIZE);
	late_replace("O_PATH of a mapping");
	expect(late_is_gone(path), "O_PATH of a mapping: it cannot be opened again");
	close(path);
	late_restore("O_PATH of a mapping");
}

/* The host opens the file for who reads the event. */
static void late_event(void)
{
	int events = fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDWR);
	struct fanotify_event_metadata event[8];
	int again, fd = late_region();
	ssize_t got;

	if (!expect(events >= 0 && !fanotify_mark(events, FAN_MARK_ADD, FAN_OPEN | FAN_CLOSE,
						  AT_FDCWD, late_path(fd)),
		    "fanotify has a mark on it"))
		goto close;
	again = open(late_path(fd), O_RDWR);
	close(again);
close:
	close(fd);
	late_replace("fanotify");
	got = read(events, event, sizeof(event));
	expect(got < 0 || event->fd < 0, "fanotify: its event opens nothing");
	for (size_t i = 0; got > 0 && i < got / sizeof(*event); i++) {
		if (event[i].fd >= 0)
			close(event[i].fd);
	}
	close(events);
	late_restore("fanotify");
}

static void late_mark(void)
{
	int events = inotify_init1(IN_NONBLOCK), fd = late_region();
	char event[4096];

	expect(inotify_add_watch(events, late_path(fd), IN_ALL_EVENTS) >= 0,
	       "inotify has a mark on it");
	close(fd);
	late_replace("inotify");
	expect(read(events, event, sizeof(event)) > 0, "inotify: it hears of the end");
	close(events);
	/* The last region: its file system goes with it. */
	events = inotify_init1(IN_NONBLOCK);
	late_restore("inotify");
	fd = late_region();
	inotify_add_watch(events, late_path(fd), IN_ALL_EVENTS);
	close(fd);
	expect(!memctl("region del late"), "inotify: the last region is removed");
	close(events);
}

static void late_handle(void)
{
	struct {
		struct file_handle handle;
		unsigned char room[MAX_HANDLE_SZ];
	} id = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount, path, again = -1, fd = late_region();
	int ret = name_to_handle_at(AT_FDCWD, late_path(fd), &id.handle, &mount, AT_SYMLINK_FOLLOW);

	path = open(late_path(fd), O_PATH);
	close(fd);
	late_replace("a handle");
	if (!ret)
		again = open_by_handle_at(path, &id.handle, O_RDWR);
	expect(again < 0, "a handle: it opens nothing");
	close(path);
	late_restore("a handle");
}

/*
 * Open and use it again and again while the region goes: it is opened with a hold,
 * so that the region stays, or not at all.
 */
static void late_racer(int path)
{
	char text[4];

	for (;;) {
		int fd = open(late_path(path), O_RDWR);

		if (fd < 0 && errno != ESTALE && errno != ENXIO)
			_exit(1);
		if (fd < 0)
			_exit(0);
		if (pread(fd, text, 4, 0) != 4 || memcmp(text, "late", 4))
			_exit(2);
		close(fd);
		usleep(500);
	}
}

static void late_race(void)
{
	unsigned int nr_good = 0, nr_refused = 0;

	for (int round = 0; round < LATE_ROUNDS; round++) {
		int status, status2, path, fd;
		pid_t one, two;

		if (memctl("region add late --size %lu", LATE_SIZE))
			break;
		fd = bind_region("late", O_RDWR);
		path = open(late_path(fd), O_PATH);
		if (pwrite(fd, "late", 4, 0) != 4)
			break;
		close(fd);
		one = fork();
		if (!one)
			late_racer(path);
		two = fork();
		if (!two)
			late_racer(path);
		while (memctl("region del late") && nr_refused++ < 100000)
			;
		waitpid(one, &status, 0);
		waitpid(two, &status2, 0);
		close(path);
		nr_good += !status && !status2;
	}
	expect(nr_good == LATE_ROUNDS, "%u of %u removed while they open it", nr_good, LATE_ROUNDS);
	printf("# %u times it was held\n", nr_refused);
	expect(!memctl("verify"), "the records are sound");
}

void test_late(void)
{
	late_paths();
	late_event();
	late_mark();
	late_handle();
	late_race();
}
