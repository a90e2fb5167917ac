// SPDX-License-Identifier: GPL-2.0
/*
 * T8: all that would hold a page beyond its mapping. A page of a region
 * cannot be had that way, by nobody: each is refused, and what can do without
 * (a copy) does without. What is lent to a pipe or a socket on purpose is not
 * reused before it is back, while the region is unmapped and its frames go to
 * another process.
 *
 * DIRECT_FILE is a block device, to try O_DIRECT on; HOLD_ROUNDS how often
 * frames are reused.
 */
#include <elf.h>
#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <net/if.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "region_pinned.h"
#include "region_process.h"
#include "region_shared_mm.h"
#include "region_user.h"

bool is_refused(long result, int error)
{
	return result < 0 && errno == error;
}

/* --- io_uring ------------------------------------------------------------------------------- */

/* Fixed buffers hold their pages until they are given back. */
static void pins_uring(char *a)
{
	struct io_uring_params params = {};
	int ring = (int)syscall(__NR_io_uring_setup, 4, &params);
	struct iovec part = { .iov_base = a, .iov_len = PAGE };
	char *both;

	if (ring < 0) {
		expect(errno == ENOSYS, "this kernel has no io_uring: ENOSYS");
		return;
	}
	expect(is_refused(syscall(__NR_io_uring_register, ring, IORING_REGISTER_BUFFERS, &part, 1),
			  EFAULT),
	       "fixed buffers of io_uring: EFAULT");
	/* The pages before are held already when its turn comes, and let go of. */
	both = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(both, 1, 4 * PAGE);
	if (mremap(a + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, both + 2 * PAGE) ==
	    MAP_FAILED)
		die("mremap");
	part = (struct iovec){ .iov_base = both, .iov_len = 4 * PAGE };
	expect(is_refused(syscall(__NR_io_uring_register, ring, IORING_REGISTER_BUFFERS, &part, 1),
			  EFAULT),
	       "nor where it is a page among others");
	munmap(both, 4 * PAGE);
	close(ring);
}

/* --- O_DIRECT, by read and write and by AIO ------------------------------------------------- */

static long aio(int fd, void *memory, int operation)
{
	struct iocb request = { .aio_fildes = (uint32_t)fd,
				.aio_lio_opcode = (uint16_t)operation,
				.aio_buf = (uintptr_t)memory,
				.aio_nbytes = PAGE };
	struct iocb *requests[] = { &request };
	struct io_event event = {};
	aio_context_t context = 0;
	long ret;

	ret = syscall(__NR_io_setup, 1, &context);
	if (!ret)
		ret = syscall(__NR_io_submit, context, 1, requests);
	if (ret == 1 && syscall(__NR_io_getevents, context, 1, 1, &event, NULL) == 1)
		ret = event.res;
	else if (ret < 0)
		ret = -errno;
	syscall(__NR_io_destroy, context);
	return ret;
}

static void pins_direct(char *a)
{
	bool good;
	const char *path = getenv("DIRECT_FILE");
	bool is_device = path && *path;
	int fd = open(is_device ? path : "/tmp/region_pins.data",
		      O_RDWR | O_DIRECT | (is_device ? 0 : O_CREAT), 0600);
	char *plain = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long answer;

	memset(plain, 0x41, PAGE);
	memset(a, 0x42, PAGE);
	if (fd < 0 && !is_device) {
		expect(errno == EINVAL, "no device here, and /tmp has no O_DIRECT: EINVAL");
	} else if (!is_device) {
		/* Taken, and done by a copy all the same. */
		good = pwrite(fd, a, PAGE, 0) == PAGE && pread(fd, plain, PAGE, 0) == PAGE &&
		       is_filled(plain, 0x42, PAGE);
		expect(good, "no device here: O_DIRECT of /tmp copies");
	} else {
		expect(pwrite(fd, plain, PAGE, 0) == PAGE, "O_DIRECT works here");
		expect(is_refused(pwrite(fd, a, PAGE, 0), EFAULT), "O_DIRECT write: EFAULT");
		expect(is_refused(pread(fd, a, PAGE, 0), EFAULT) && is_filled(a, 0x42, PAGE),
		       "O_DIRECT read: EFAULT");
		answer = aio(fd, plain, IOCB_CMD_PWRITE);
		if (answer == -ENOSYS) {
			expect(true, "this kernel has no AIO: ENOSYS");
		} else {
			good = answer == (long)PAGE && aio(fd, a, IOCB_CMD_PWRITE) == -EFAULT &&
			       aio(fd, a, IOCB_CMD_PREAD) == -EFAULT && is_filled(a, 0x42, PAGE);
			expect(good, "and by AIO: EFAULT");
		}
	}
	if (fd >= 0)
		close(fd);
	unlink("/tmp/region_pins.data");
	munmap(plain, PAGE);
}

/* --- a socket without a copy ---------------------------------------------------------------- */

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

/* Both ends of a connection. Return: whether there is one. */
bool connect_pair(int *pair)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	bool good;

	loopback_up();
	pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	good = !bind(listener, (struct sockaddr *)&address, size) && !listen(listener, 1) &&
	       !getsockname(listener, (struct sockaddr *)&address, &size) &&
	       !connect(pair[0], (struct sockaddr *)&address, size);
	pair[1] = good ? accept(listener, NULL, NULL) : -1;
	close(listener);
	return pair[1] >= 0;
}

static void pins_zerocopy(char *a)
{
	bool good;
	int pair[2], on = 1;

	if (!expect(connect_pair(pair), "connect to ourselves"))
		return;
	good = !setsockopt(pair[0], SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)) &&
	       is_refused(send(pair[0], a, 2 * PAGE, MSG_ZEROCOPY), EFAULT);
	expect(good, "send with MSG_ZEROCOPY: EFAULT");
	close(pair[0]);
	close(pair[1]);
}

/* --- userfaultfd ---------------------------------------------------------------------------- */

static void pins_userfault(char *a)
{
	static const uint64_t modes[] = { UFFDIO_REGISTER_MODE_MISSING, UFFDIO_REGISTER_MODE_WP,
					  UFFDIO_REGISTER_MODE_MINOR };
	/* With 1 << 15, WP_ASYNC, kernels from 6.7 on take much for mode WP. */
	static const uint64_t features[] = { 0, UFFD_FEATURE_PAGEFAULT_FLAG_WP | 1 << 15 };
	unsigned int nr_taken = 0, nr_tried = 0;

	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++) {
		int fd = (int)syscall(__NR_userfaultfd, O_CLOEXEC | O_NONBLOCK);
		struct uffdio_api api = { .api = UFFD_API, .features = features[i] };

		if (fd < 0) {
			expect(errno == ENOSYS, "this kernel has no userfaultfd: ENOSYS");
			return;
		}
		for (size_t j = 0; !ioctl(fd, UFFDIO_API, &api) || nr_tried; j++) {
			struct uffdio_register range = { .range = { .start = (uintptr_t)a,
								    .len = PINS_SIZE / 2 } };

			if (j == sizeof(modes) / sizeof(*modes))
				break;
			range.mode = modes[j];
			nr_tried++;
			nr_taken += !is_refused(ioctl(fd, UFFDIO_REGISTER, &range), EINVAL);
		}
		close(fd);
	}
	expect(nr_tried >= 3 && !nr_taken, "userfaultfd, in %u ways: EINVAL", nr_tried);
}

/* --- other processes' eyes ------------------------------------------------------------------ */

static void pins_peek(char *a)
{
	bool good;
	struct iovec local = { .iov_len = 8 }, remote = { .iov_base = a, .iov_len = 8 };
	int pid, status, memory, pipes[2];
	uint64_t word = 77;
	char path[64];

	local.iov_base = &word;
	*(uint64_t *)a = 9;
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	good = is_refused(process_vm_readv(pid, &local, 1, &remote, 1, 0), EFAULT) &&
	       is_refused(process_vm_writev(pid, &local, 1, &remote, 1, 0), EFAULT);
	expect(good, "process_vm_readv and writev: EFAULT");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory = open(path, O_RDWR);
	good = memory >= 0 && is_refused(pread(memory, &word, 8, (off_t)a), EIO) &&
	       is_refused(pwrite(memory, &word, 8, (off_t)a), EIO);
	expect(good, "read and write of /proc/PID/mem: EIO");
	close(memory);
	good = !ptrace(PTRACE_SEIZE, pid, 0, 0) && !ptrace(PTRACE_INTERRUPT, pid, 0, 0) &&
	       waitpid(pid, &status, 0) == pid;
	expect(good, "trace a child");
	errno = 0;
	good = is_refused(ptrace(PTRACE_PEEKDATA, pid, a, 0), EIO) &&
	       is_refused(ptrace(PTRACE_POKEDATA, pid, a, 1), EIO);
	expect(good, "peek and poke: EIO");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (pipe(pipes))
		die("pipe");
	remote.iov_len = PAGE;
	good = is_refused(vmsplice(pipes[1], &remote, 1, 0), EFAULT) &&
	       is_refused(vmsplice(pipes[1], &remote, 1, SPLICE_F_GIFT), EFAULT);
	expect(good, "vmsplice: EFAULT");
	close(pipes[0]);
	close(pipes[1]);
	expect(*(uint64_t *)a == 9 && word == 77, "nothing was read or written");
}

/* --- a core dump ---------------------------------------------------------------------------- */

#define CORE_PATTERN "/proc/sys/kernel/core_pattern"
#define CORE_HALF    0x0badcafeU

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return good;
}

/* Fill a page with a word that no register, nor the program's text, has many times. */
static void fill_page(void *page, uint64_t low)
{
	volatile uint64_t half = CORE_HALF;

	for (int i = 0; i < 512; i++)
		((volatile uint64_t *)page)[i] = half << 32 | low;
}

/* Whether a core has sixteen of such words in a row. */
static bool has_page(const char *core, size_t size, uint64_t low)
{
	uint64_t words[16];

	for (int i = 0; i < 16; i++)
		words[i] = (uint64_t)CORE_HALF << 32 | low;
	return memmem(core, size, words, sizeof(words));
}

static void __attribute__((noreturn)) dump_core(char *a, uint64_t *plain)
{
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	fill_page(a, 0x11111111);
	fill_page(plain, 0x22222222);
	setrlimit(RLIMIT_CORE, &limit);
	write_text("/proc/self/coredump_filter", "0x1ff");
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* Bytes that a core has of the segment at an address; -1 without such a segment. */
static long dumped_bytes(const char *core, const void *address)
{
	const Elf64_Ehdr *header = (const void *)core;
	const Elf64_Phdr *segment = (const void *)(core + header->e_phoff);

	for (int i = 0; i < header->e_phnum; i++) {
		if (segment[i].p_type == PT_LOAD && segment[i].p_vaddr == (uintptr_t)address)
			return (long)segment[i].p_filesz;
	}
	return -1;
}

static void pins_core(char *a)
{
	bool good;
	const char *path = "/tmp/region_pins.core";
	uint64_t *plain =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char old[128] = "", *core = MAP_FAILED;
	struct stat file = {};
	int fd, pid, status;

	fd = open(CORE_PATTERN, O_RDONLY);
	if (fd < 0) {
		expect(errno == ENOENT, "this kernel dumps no cores");
		munmap(plain, PAGE);
		return;
	}
	if (read(fd, old, sizeof(old) - 1) < 0)
		die(CORE_PATTERN);
	close(fd);
	write_text("/proc/sys/kernel/core_uses_pid", "0");
	write_text(CORE_PATTERN, path);
	pid = fork();
	if (!pid)
		dump_core(a, plain);
	waitpid(pid, &status, 0);
	write_text(CORE_PATTERN, old);
	fd = open(path, O_RDONLY);
	if (fd >= 0 && !fstat(fd, &file))
		core = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	expect(WIFSIGNALED(status) && core != MAP_FAILED && !memcmp(core, ELFMAG, SELFMAG),
	       "a core of %lld bytes", (long long)file.st_size);
	if (core != MAP_FAILED) {
		expect(has_page(core, (size_t)file.st_size, 0x22222222),
		       "it has the process's own memory");
		good = dumped_bytes(core, a) <= 0 &&
		       !has_page(core, (size_t)file.st_size, 0x11111111);
		expect(good, "the mapping is left out: %ld bytes of it", dumped_bytes(core, a));
		munmap(core, (size_t)file.st_size);
	}
	close(fd);
	unlink(path);
	munmap(plain, PAGE);
}

/* --- and then the frames are reused --------------------------------------------------------- */

/* The other process: takes what is free, which has to be zeros, and fills it. */
void __attribute__((noreturn)) reuse(int told, int tell, volatile uint64_t *stale)
{
	int fd = bind_region("reuse", O_RDWR);
	char *b = map_region(fd, PINS_SIZE, PROT_READ | PROT_WRITE, 0), word;

	while (read(told, &word, 1) == 1) {
		for (unsigned long i = 0; i < 4 * REUSE_PAGES; i++) {
			b[i * PAGE] = 0;
			*stale += !is_filled(b + i * PAGE, 0, PAGE);
			memset(b + i * PAGE, 0xee, PAGE);
		}
		if (write(tell, &word, 1) != 1)
			break;
		if (read(told, &word, 1) != 1)
			break;
		for (unsigned long i = 0; i < 4 * REUSE_PAGES; i++)
			*stale += !is_filled(b + i * PAGE, 0xee, PAGE);
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PINS_SIZE);
		if (write(tell, &word, 1) != 1)
			break;
	}
	_exit(0);
}

static bool drained(int fd, int byte, size_t size)
{
	char buffer[REUSE_PAGES * PAGE];
	size_t got = 0;

	while (got < size) {
		ssize_t part = read(fd, buffer + got, size - got);

		if (part <= 0)
			return false;
		got += (size_t)part;
	}
	return is_filled(buffer, byte, size);
}

/* Return: whether what was lent in this round arrived as it was. */
static bool reuse_round(int fd, int round, const int *pipes, const int *sockets, int tell, int told)
{
	char *a = map_region(fd, 2 * REUSE_PAGES * PAGE, PROT_READ | PROT_WRITE, 0), word = 'r';
	struct iovec part = { .iov_base = a, .iov_len = PAGE }, local = { .iov_len = 8 };
	int byte = 1 + round % 200;
	loff_t offset = 0;
	off_t position = REUSE_PAGES * PAGE;
	bool good;

	local.iov_base = &offset;
	memset(a, byte, 2 * REUSE_PAGES * PAGE);
	good = is_refused(vmsplice(pipes[1], &part, 1, 0), EFAULT) &&
	       is_refused(process_vm_readv(getpid(), &local, 1, &part, 1, 0), EFAULT);
	good &= splice(fd, &offset, pipes[1], NULL, REUSE_PAGES * PAGE, 0) ==
			(ssize_t)(REUSE_PAGES * PAGE) &&
		sendfile(sockets[1], fd, &position, REUSE_PAGES * PAGE) ==
			(ssize_t)(REUSE_PAGES * PAGE);
	munmap(a, 2 * REUSE_PAGES * PAGE);
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PINS_SIZE);
	good &= write(tell, &word, 1) == 1 && read(told, &word, 1) == 1;
	good &= drained(pipes[0], byte, REUSE_PAGES * PAGE) &&
		drained(sockets[0], byte, REUSE_PAGES * PAGE);
	good &= write(tell, &word, 1) == 1 && read(told, &word, 1) == 1;
	return good;
}

static void pins_reuse(int fd)
{
	const char *text = getenv("HOLD_ROUNDS");
	unsigned int rounds = text ? (unsigned int)strtoul(text, NULL, 0) : 300, bad = 0;
	volatile uint64_t *stale =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int to[2], from[2], pipes[2], sockets[2], pid;

	expect(!memctl("region add reuse --size %lu", PINS_SIZE), "make a region for another");
	if (pipe(to) || pipe(from) || pipe(pipes) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		die("pipe");
	pid = fork();
	if (!pid) {
		close(to[1]);
		close(from[0]);
		reuse(to[0], from[1], stale);
	}
	for (unsigned int round = 0; round < rounds; round++)
		bad += !reuse_round(fd, (int)round, pipes, sockets, to[1], from[0]);
	close(to[1]);
	waitpid(pid, NULL, 0);
	expect(!bad && !*stale, "%u rounds of unmap, free and reuse: %u bad, %llu stale pages",
	       rounds, bad, (unsigned long long)*stale);
	for (int i = 0; i < 2; i++) {
		close(pipes[i]);
		close(sockets[i]);
	}
	close(to[0]);
	close(from[0]);
	close(from[1]);
	munmap((void *)stale, PAGE);
	expect(nothing_held("pins") && verified(), "nothing is held");
	expect(!memctl("region del reuse"), "remove it");
}

/* A leaf of 2 MiB that is there already is found without mmap_lock, by a way of its own. */
static void pins_large(void)
{
	struct iovec part = { .iov_len = PAGE };
	int fd, pipes[2];
	bool good;
	char *a;

	expect(!memctl("region add large --size 4M --order 9"), "make a region of blocks");
	fd = bind_region("large", O_RDWR);
	a = map_region(fd, 4 << 20, PROT_READ | PROT_WRITE, 0);
	memset(a, 0x43, 4 << 20);
	part.iov_base = a + PAGE;
	if (pipe(pipes))
		die("pipe");
	good = is_refused(vmsplice(pipes[1], &part, 1, 0), EFAULT) &&
	       is_refused(vmsplice(pipes[1], &part, 1, SPLICE_F_GIFT), EFAULT);
	expect(good && verified(), "vmsplice of a page of a block: EFAULT");
	pins_direct(a + PAGE);
	close(pipes[0]);
	close(pipes[1]);
	munmap(a, 4 << 20);
	close(fd);
	expect(!memctl("region del large"), "remove it");
}

void test_pins(void)
{
	char *a;
	int fd;

	expect(!memctl("region add pins --size %lu", PINS_SIZE), "make a region");
	fd = bind_region("pins", O_RDWR);
	a = map_region(fd, PINS_SIZE, PROT_READ | PROT_WRITE, 0);
	pins_uring(a);
	pins_direct(a);
	pins_zerocopy(a);
	pins_userfault(a);
	pins_peek(a);
	pins_core(a);
	pins_large();
	expect(verified(), "tables are equal");
	munmap(a, PINS_SIZE);
	pins_reuse(fd);
	close(fd);
	expect(!memctl("region del pins"), "remove it");
}

/* --- frames that a socket keeps ------------------------------------------------------------- */

/* Lend pages of a region of arena $ARENA to a socket, and read them when told to. */
void test_lend(void)
{
	struct memctl_dev_bind bind = {};
	int fd, device = open("/dev/memctl", O_RDWR), sockets[2];
	const char *arena = getenv("ARENA");
	off_t position = 0;
	char word;

	snprintf(bind.arena, sizeof(bind.arena), "%s", arena ? arena : "main");
	snprintf(bind.region, sizeof(bind.region), "lend");
	fd = ioctl(device, MEMCTL_DEV_BIND, &bind);
	close(device);
	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		die("lend");
	for (unsigned long i = 0; i < REUSE_PAGES; i++) {
		char page[PAGE];

		memset(page, 0x77, PAGE);
		if (pwrite(fd, page, PAGE, (off_t)(i * PAGE)) != (ssize_t)PAGE)
			die("write");
	}
	expect(sendfile(sockets[1], fd, &position, REUSE_PAGES * PAGE) ==
		       (ssize_t)(REUSE_PAGES * PAGE),
	       "send it");
	close(fd);
	printf("# lent\n");
	fflush(stdout);
	while (read(0, &word, 1) == 1 && word != '\n')
		;
	expect(drained(sockets[0], 0x77, REUSE_PAGES * PAGE), "what was sent is as it was");
}
