// SPDX-License-Identifier: GPL-2.0
/*
 * region_user - processes on managed regions
 *
 *   basic    faults of each kind, sharing, fork, files of regions
 *   vmas     rights and files of the region's own vmas; wrong bits are found
 *   mmap     T6: what may be mapped, and what not
 *   life     T7: what a process does with a mapping
 *   late     T6: who has its inode when it is gone
 *   tasks    T7: exec, vfork, address spaces that are shared
 *   holds    T8: who cannot hold a page, and who may
 *   pins     T8: all that would hold a page beyond its mapping, and reuse
 *   kvm      T8: a region as the memory of a virtual machine
 *   races    T9: threads that fault, unmap and discard at once
 *   flush    no TLB keeps what was taken back
 *   large    blocks and leaves of 2 MiB
 *   content  T10: nothing of a frame's last owner is ever seen
 *   random   four processes, 10^5 random steps, all tables compared each 100
 *   limit    a region has no more than its limit, whatever its process does
 *
 *   unmap    an entry that is wrong when it goes; only when asked for
 *   cost     what faults cost beside the host's own; only when asked for
 *   lend     pages in a socket until a line is read; only when asked for
 *   error    a page with a hardware memory error; only when asked for
 *
 * Usage: region_user TEST...
 * Prints KTAP. Needs root, the module, and the command memctl (or $MEMCTL).
 */
#include "region_process.h"
#include "region_user.h"

/* --- basic --- */

static void test_basic(void)
{
	bool good;
	int fd, pid, status;
	uint64_t word = 1;
	char *a, *b;

	expect(!memctl("region add basic --size 4M"), "make a region");
	fd = bind_region("basic", O_RDWR);
	expect(fd >= 0, "bind to it");
	a = map_region(fd, 4 << 20, PROT_READ | PROT_WRITE, 0);
	expect(!!a, "map it");
	if (!a)
		return;
	expect(!try_read(a, &word) && !word, "the first read finds zeros");
	expect(verified(), "tables are equal after it");
	expect(!try_write(a, 5) && !try_read(a, &word) && word == 5, "a write is there");
	expect(verified(), "tables are equal after it");
	expect(!try_write(a + (1 << 20), 6), "the first write");
	b = map_region(fd, 2 << 20, PROT_READ | PROT_WRITE, 1 << 20);
	expect(b && !try_read(b, &word) && word == 6, "a second mapping sees it");
	good = !try_read(b + PAGE, &word) && !word && !try_write(a + (1 << 20) + PAGE, 7) &&
	       !try_read(b + PAGE, &word) && word == 7;
	expect(good, "a write takes the zeros out of the other mapping");
	expect(verified(), "tables are equal after it");
	pid = fork();
	if (!pid) {
		*(uint64_t *)(a + 2 * PAGE) = 8;
		*(uint64_t *)a += 1;
		_exit(*(uint64_t *)(b) == 6 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	expect(!status && *(uint64_t *)(a + 2 * PAGE) == 8 && *(uint64_t *)a == 6,
	       "memory is shared with a child");
	expect(verified(), "tables are equal after it");
	good = !munmap(b + PAGE, PAGE) && try_read(b + PAGE, &word) == SIGSEGV &&
	       !try_read(b, &word) && !try_read(b + 2 * PAGE, &word);
	expect(good, "a hole in the middle of a mapping");
	expect(verified(), "tables are equal after it");
	expect(memctl("region del basic"), "it cannot be removed while it is open");
	close(fd);
	expect(memctl("region del basic"), "nor while it is mapped");
	munmap(a, 4 << 20);
	munmap(b, 2 << 20);
	expect(!memctl("region del basic"), "remove it");
}

static void test_fork(void)
{
	bool good;
	int fd, other;
	uint64_t word;
	char *a, *b;

	expect(!memctl("region add parent --size 4M"), "make a region");
	fd = bind_region("parent", O_RDWR);
	a = map_region(fd, 4 << 20, PROT_READ | PROT_WRITE, 0);
	for (int i = 0; i < 512; i++)
		*(uint64_t *)(a + i * PAGE) = i + 1;
	expect(!memctl("region fork parent child"), "fork it");
	expect(verified(), "tables are equal after it");
	other = bind_region("child", O_RDWR);
	b = map_region(other, 4 << 20, PROT_READ | PROT_WRITE, 0);
	word = 0;
	for (int i = 0; i < 512; i++)
		word += *(uint64_t *)(b + i * PAGE) == (uint64_t)i + 1;
	expect(word == 512, "the child has the parent's memory");
	*(uint64_t *)a = 100;
	*(uint64_t *)(b + PAGE) = 200;
	good = *(uint64_t *)b == 1 && *(uint64_t *)(a + PAGE) == 2 && *(uint64_t *)a == 100 &&
	       *(uint64_t *)(b + PAGE) == 200;
	expect(good, "neither sees what the other writes");
	expect(verified(), "tables are equal after it");
	munmap(a, 4 << 20);
	close(fd);
	expect(!memctl("region del parent"), "remove the parent");
	*(uint64_t *)(b + 3 * PAGE) = 300;
	expect(*(uint64_t *)(b + 2 * PAGE) == 3, "the child has all of it still");
	expect(verified(), "tables are equal after it");
	munmap(b, 4 << 20);
	close(other);
	expect(!memctl("region del child"), "remove the child");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "basic", test_basic },   { "fork", test_fork },   { "vmas", test_vmas },
		{ "mmap", test_mmap },	   { "life", test_life },   { "holds", test_holds },
		{ "large", test_large },   { "races", test_races }, { "content", test_content },
		{ "random", test_random }, { "flush", test_flush }, { "tasks", test_tasks },
		{ "pins", test_pins },	   { "lend", test_lend },   { "cost", test_cost },
		{ "unmap", test_unmap },   { "kvm", test_kvm },	    { "error", test_error },
		{ "late", test_late },	   { "limit", test_limit },
	};

	printf("TAP version 13\n");
	catch_faults();
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		bool wanted = argc == 1 && strcmp(tests[i].name, "cost") &&
			      strcmp(tests[i].name, "lend") && strcmp(tests[i].name, "unmap") &&
			      strcmp(tests[i].name, "error");

		for (int j = 1; j < argc; j++)
			wanted |= !strcmp(argv[j], tests[i].name);
		if (wanted)
			tests[i].run();
	}
	return finish();
}
