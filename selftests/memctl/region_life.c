// SPDX-License-Identifier: GPL-2.0
/*
 * T7, what a process does with a mapping; T8, who may hold a page of it and
 * who may not; files that back a region; memory in blocks of 2 MiB.
 */
#include <linux/falloc.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include "region_process.h"
#include "region_user.h"

#define LIFE_SIZE (2UL << 20)

/* An error of memory that is made up, where the C library does not name it. */
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif

static void refused(void *result, int error, const char *what)
{
	expect(result == MAP_FAILED && errno == error, "%s: %s", what, strerror(error));
}

static void life_mremap(int fd)
{
	char *a = map_region(fd, LIFE_SIZE / 2, PROT_READ | PROT_WRITE, 0), *b;

	*(uint64_t *)a = 1;
	*(uint64_t *)(a + PAGE) = 2;
	refused(mremap(a, LIFE_SIZE / 2, LIFE_SIZE, MREMAP_MAYMOVE), EFAULT, "mremap grows");
	refused(mremap(a, LIFE_SIZE / 2, LIFE_SIZE / 2, MREMAP_MAYMOVE | MREMAP_DONTUNMAP), EINVAL,
		"mremap leaves the old place");
	refused(mremap(a, 0, LIFE_SIZE / 2, MREMAP_MAYMOVE), EFAULT, "mremap of nothing");
	b = mmap(NULL, LIFE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	b = mremap(a, LIFE_SIZE / 2, LIFE_SIZE / 2, MREMAP_MAYMOVE | MREMAP_FIXED, b);
	expect(b != MAP_FAILED && *(uint64_t *)b == 1 && *(uint64_t *)(b + PAGE) == 2 && verified(),
	       "mremap moves over another mapping");
	expect(mremap(b, LIFE_SIZE / 2, PAGE, 0) == b && *(uint64_t *)b == 1 && verified(),
	       "mremap shrinks");
	munmap(b, LIFE_SIZE);
}

static void life_protect(int fd)
{
	bool good;
	int readonly = bind_region("life", O_RDONLY);
	char *a = map_region(readonly, LIFE_SIZE, PROT_READ, 0), *b;
	uint64_t word;

	expect(mprotect(a, PAGE, PROT_READ | PROT_WRITE) && errno == EACCES,
	       "mprotect to write of a file that cannot be written");
	b = map_region(fd, LIFE_SIZE, PROT_READ | PROT_WRITE, 0);
	expect(mprotect(b, PAGE, PROT_READ | PROT_EXEC) && errno == EACCES, "mprotect to execute");
	*(uint64_t *)(b + PAGE) = 3;
	good = !mprotect(b + PAGE, PAGE, PROT_READ) && try_write(b + PAGE, 4) == SIGSEGV &&
	       !try_read(b + PAGE, &word) && word == 3 && verified();
	expect(good, "mprotect to read alone");
	good = !mprotect(b + PAGE, PAGE, PROT_READ | PROT_WRITE) && !try_write(b + PAGE, 4) &&
	       !try_read(a + PAGE, &word) && word == 4 && verified();
	expect(good, "and back");
	munmap(a, LIFE_SIZE);
	munmap(b, LIFE_SIZE);
	close(readonly);
}

static int advise(void *start, size_t size, int advice)
{
	return madvise(start, size, advice) ? errno : 0;
}

/* Whether an answer, 0 or an error, is the one that an advice has to get. */
static bool is_right_advice(int advice, int answer)
{
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_REMOVE:
	case MADV_DONTFORK:
	case MADV_DONTDUMP:
	case MADV_KEEPONFORK:
		return !answer;
	case MADV_DOFORK:
		/* Linux 7 refuses it to each special mapping, older ones to I/O memory alone. */
		return !answer || answer == EINVAL;
	/* Taken and ignored, by a kernel that knows them. */
	case MADV_MERGEABLE:
	case MADV_UNMERGEABLE:
		return answer == (access("/sys/kernel/mm/ksm", F_OK) ? EINVAL : 0);
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
		return answer == (access("/sys/kernel/mm/transparent_hugepage", F_OK) ? EINVAL : 0);
	case MADV_HWPOISON:
	case MADV_SOFT_OFFLINE:
		/* No page is to be had, or the kernel has no memory failure. */
		return answer == EFAULT || answer == EINVAL;
	default:
		/* DONTNEED, FREE, COLD, PAGEOUT, POPULATE, COLLAPSE, DODUMP, WIPEONFORK, none. */
		return answer == EINVAL;
	}
}

static void life_advice(int fd)
{
	char *a = map_region(fd, LIFE_SIZE, PROT_READ | PROT_WRITE, 0);
	unsigned int lost = 0, wrong = 0;
	uint64_t word;

	for (int i = 0; i <= 32; i++) {
		int advice = i <= 30 ? i : i == 31 ? MADV_HWPOISON : MADV_SOFT_OFFLINE;
		uint64_t right = advice == MADV_REMOVE ? 0 : 7;
		int answer;

		*(uint64_t *)a = 7;
		answer = advise(a, LIFE_SIZE, advice);
		if (!is_right_advice(advice, answer)) {
			printf("# advice %d: %s\n", advice, strerror(answer));
			wrong++;
		}
		lost += try_read(a, &word) || word != right;
		/* Each leaves tables that are equal, those that split a vma too. */
		if (!answer && advice != MADV_REMOVE) {
			advise(a + 3 * PAGE, PAGE, advice);
			wrong += !verified();
		}
		madvise(a, LIFE_SIZE, MADV_DOFORK);
	}
	expect(!wrong, "every advice has its answer");
	expect(!lost && verified(), "no advice but MADV_REMOVE loses memory");
	expect(!madvise(a, PAGE, MADV_REMOVE) && !try_read(a, &word) && !word && verified(),
	       "MADV_REMOVE leaves zeros");
	munmap(a, LIFE_SIZE);
}

static void life_again(int fd)
{
	bool good;
	char *a = map_region(fd, LIFE_SIZE, PROT_READ | PROT_WRITE, 0);
	uint64_t word;

	mlock(a, LIFE_SIZE);
	expect(!munlock(a, LIFE_SIZE) && verified(), "mlock does no harm");
	good = mmap(a, LIFE_SIZE / 2, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, PAGE) ==
		       a &&
	       !try_write(a, 8) && verified();
	expect(good, "MAP_FIXED over itself");
	for (uint64_t i = 0; i < 16; i++)
		*(uint64_t *)(a + LIFE_SIZE / 2 + i * PAGE) = 100 + i;
	good = !remap_file_pages(a + LIFE_SIZE / 2, 4 * PAGE, 0, LIFE_SIZE / 2 / PAGE + 8, 0);
	for (uint64_t i = 0; good && i < 16; i++)
		good = !try_read(a + LIFE_SIZE / 2 + i * PAGE, &word) &&
		       word == 100 + (i < 4 ? i + 8 : i);
	expect(good && verified(), "remap_file_pages maps other pages of the file");
	expect(remap_file_pages(a, PAGE, 0, LIFE_SIZE / PAGE, 0) && errno == EINVAL && verified(),
	       "but none behind its end");
	munmap(a, LIFE_SIZE);
}

static void life_fork(int fd)
{
	char *a = map_region(fd, LIFE_SIZE, PROT_READ | PROT_WRITE, 0);
	unsigned int good = 0;
	int pids[100], status;

	for (int i = 0; i < 100; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			*(uint64_t *)(a + i * PAGE) = i + 1;
			pause();
			_exit(0);
		}
	}
	for (int i = 0; i < 100; i++) {
		/* They end in an order of their own. */
		int n = i * 37 % 100;

		while (!*(volatile uint64_t *)(a + n * PAGE))
			usleep(1000);
		if (i == 50)
			expect(verified(), "tables are equal with half of a hundred children");
		kill(pids[n], SIGKILL);
		waitpid(pids[n], &status, 0);
		good += *(uint64_t *)(a + n * PAGE) == (uint64_t)n + 1;
	}
	expect(good == 100 && verified(), "a hundred children, killed in any order");
	munmap(a, LIFE_SIZE);
}

void test_life(void)
{
	int fd;

	expect(!memctl("region add life --size %lu", LIFE_SIZE), "make a region");
	fd = bind_region("life", O_RDWR);
	life_mremap(fd);
	life_protect(fd);
	life_advice(fd);
	life_again(fd);
	life_fork(fd);
	close(fd);
	expect(!memctl("region del life"), "remove it");
}

/* --- T8 --- */

static void holds_refused(int fd)
{
	bool good;
	char *a = map_region(fd, LIFE_SIZE, PROT_READ | PROT_WRITE, 0);
	struct iovec local = { .iov_len = 8 }, remote = { .iov_base = a, .iov_len = 8 };
	int pipes[2], memory, pid, status;
	uint64_t word = 0;

	*(uint64_t *)a = 9;
	local.iov_base = &word;
	if (pipe(pipes))
		die("pipe");
	expect(vmsplice(pipes[1], &remote, 1, 0) < 0 && errno == EFAULT, "vmsplice: EFAULT");
	expect(process_vm_readv(getpid(), &local, 1, &remote, 1, 0) < 0, "process_vm_readv");
	memory = open("/proc/self/mem", O_RDWR);
	expect(pread(memory, &word, 8, (off_t)a) != 8, "read of /proc/self/mem");
	expect(pwrite(memory, &word, 8, (off_t)a) != 8 && *(uint64_t *)a == 9,
	       "write of /proc/self/mem");
	close(memory);
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	good = !ptrace(PTRACE_SEIZE, pid, 0, 0) && !ptrace(PTRACE_INTERRUPT, pid, 0, 0) &&
	       waitpid(pid, &status, 0) == pid;
	expect(good, "trace a child");
	errno = 0;
	expect(ptrace(PTRACE_PEEKDATA, pid, a, 0) == -1 && errno, "peek at it");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(pipes[0]);
	close(pipes[1]);
	munmap(a, LIFE_SIZE);
}

/* What is in a pipe or a socket is not reused, whatever becomes of the region. */
static void holds_lent(int fd, const char *what, int out, int in, bool sent)
{
	char *a = map_region(fd, LIFE_SIZE, PROT_READ | PROT_WRITE, 0), buffer[4 * PAGE];
	loff_t offset = 0;
	off_t position = 0;
	unsigned int bad = 0;
	ssize_t done, got = 0;

	for (unsigned int round = 1; round <= 50; round++) {
		memset(a, (int)round, 4 * PAGE);
		offset = 0;
		position = 0;
		done = sent ? sendfile(out, fd, &position, 4 * PAGE) :
			      splice(fd, &offset, out, NULL, 4 * PAGE, 0);
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, LIFE_SIZE);
		/* Whoever gets frames now must not get those. */
		memset(a, 0xee, LIFE_SIZE / 2);
		for (got = 0; done > 0 && got < done;) {
			ssize_t part = read(in, buffer + got, (size_t)(done - got));

			if (part <= 0)
				break;
			got += part;
		}
		bad += done != (ssize_t)(4 * PAGE) || got != done ||
		       !is_filled(buffer, (int)round, 4 * PAGE);
	}
	expect(!bad && verified(), "%s: nothing of it is reused (%u bad, %zd of %zd)", what, bad,
	       got, done);
	munmap(a, LIFE_SIZE);
}

static void holds_files(int fd)
{
	bool good;
	char buffer[3 * PAGE], back[3 * PAGE], path[64];
	struct stat status;
	int again;

	for (size_t i = 0; i < sizeof(buffer); i++)
		buffer[i] = (char)(i * 7);
	good = pwrite(fd, buffer, sizeof(buffer), 100) == sizeof(buffer) &&
	       pread(fd, back, sizeof(back), 100) == sizeof(back) &&
	       !memcmp(buffer, back, sizeof(buffer));
	expect(good, "write and read of the file");
	good = pread(fd, back, PAGE, (off_t)LIFE_SIZE) == 0 &&
	       pwrite(fd, back, 1, (off_t)LIFE_SIZE) < 0 && errno == ENOSPC;
	expect(good, "nothing is behind its end");
	expect(!fstat(fd, &status) && status.st_size == (off_t)LIFE_SIZE && ftruncate(fd, 0),
	       "its size is the region's, for ever");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR);
	good = again >= 0 && pread(again, back, sizeof(back), 100) == sizeof(back) &&
	       !memcmp(buffer, back, sizeof(buffer));
	expect(good, "opened again by a path");
	close(again);
}

/* From and to a mapping of itself. */
static void holds_itself(int fd)
{
	bool good;
	char *a = map_region(fd, LIFE_SIZE, PROT_READ | PROT_WRITE, 0);

	memset(a, 0x11, PAGE);
	memset(a + PAGE, 0, PAGE);
	good = pwrite(fd, a, 2 * PAGE, 10 * PAGE) == 2 * PAGE &&
	       is_filled(a + 10 * PAGE, 0x11, PAGE) && is_filled(a + 11 * PAGE, 0, PAGE);
	expect(good, "write from a mapping of itself");
	expect(pread(fd, a + 20 * PAGE, PAGE, 0) == PAGE && is_filled(a + 20 * PAGE, 0x11, PAGE),
	       "read into a mapping of itself");
	munmap(a, LIFE_SIZE);
}

void test_holds(void)
{
	int fd, pair[2];

	expect(!memctl("region add holds --size %lu", LIFE_SIZE), "make a region");
	fd = bind_region("holds", O_RDWR);
	holds_refused(fd);
	if (pipe(pair))
		die("pipe");
	holds_lent(fd, "splice to a pipe", pair[1], pair[0], false);
	close(pair[0]);
	close(pair[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	holds_lent(fd, "sendfile to a socket", pair[1], pair[0], true);
	close(pair[0]);
	close(pair[1]);
	holds_files(fd);
	holds_itself(fd);
	close(fd);
	expect(!memctl("region del holds"), "remove it");
}

/* --- blocks of 2 MiB --- */

/* A host without transparent huge pages maps blocks page by page. */
static bool has_large_leaves(void)
{
	return !access("/sys/kernel/mm/transparent_hugepage", F_OK);
}

void test_large(void)
{
	bool good;
	char *a, *b;
	uint64_t word;
	int fd, other;

	expect(!memctl("region add large --size 8M --order 9"), "make a region");
	fd = bind_region("large", O_RDWR);
	a = map_region(fd, 8 << 20, PROT_READ | PROT_WRITE, 0);
	b = map_region(fd, PAGE * 700, PROT_READ | PROT_WRITE, PAGE * 3);
	expect(a && b && (!has_large_leaves() || !((uintptr_t)a % (2 << 20))),
	       "map it, aligned, and a part that is not");
	expect(!try_read(a + PAGE, &word) && !word, "a first read of zeros");
	expect(!try_write(a, 1) && !try_write(a + (2 << 20), 2) && verified(), "write");
	for (unsigned long i = 0; i < 1024; i++)
		*(uint64_t *)(a + i * PAGE) = i + 1;
	expect(verified(), "tables are equal");
	for (word = 0; word < 700 && *(uint64_t *)(b + word * PAGE) == word + 4; word++)
		;
	expect(word == 700 && verified(), "the part has it page by page");
	good = !munmap(a + 10 * PAGE, PAGE) && verified() && *(uint64_t *)(a + 11 * PAGE) == 12 &&
	       verified();
	expect(good, "unmap a page of a large leaf");
	good = !fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE * 520, PAGE) &&
	       !*(uint64_t *)(a + 520 * PAGE) && *(uint64_t *)(a + 521 * PAGE) == 522 && verified();
	expect(good, "discard a page of a block");
	*(uint64_t *)(a + (4 << 20)) = 5;
	expect(!memctl("region fork large large2") && verified(), "fork");
	other = bind_region("large2", O_RDWR);
	munmap(b, PAGE * 700);
	b = map_region(other, 8 << 20, PROT_READ | PROT_WRITE, 0);
	*(uint64_t *)(a + (4 << 20)) = 6;
	expect(*(uint64_t *)(b + (4 << 20)) == 5 && *(uint64_t *)(b + 5 * PAGE) == 6 && verified(),
	       "the fork has what was");
	munmap(a, 8 << 20);
	munmap(b, 8 << 20);
	close(fd);
	close(other);
	good = !memctl("region del large") && verified() && !memctl("region del large2") &&
	       verified();
	expect(good, "remove both");
}
