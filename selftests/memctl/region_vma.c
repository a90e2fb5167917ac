// SPDX-License-Identifier: GPL-2.0
/*
 * The region's own vmas: rights that a process cannot pass, memory from a
 * file, and reclaim; and each kind of wrong bit, planted in the shadow and
 * found by one comparison. The start of every region is the same.
 */
#include "region_process.h"
#include "region_shared_mm.h"
#include "region_user.h"

static void vma_rights(char *a)
{
	uint64_t word;
	bool good;

	*(uint64_t *)a = 1;
	good = !memctl("region protect vmas %#lx 8K r", REGION_START) &&
	       try_write(a, 2) == SIGSEGV && !try_read(a, &word) && word == 1 && verified();
	expect(good, "a range that may be read alone");
	good = !memctl("region protect vmas %#lx 8K -", REGION_START) &&
	       try_read(a, &word) == SIGSEGV && try_write(a, 2) == SIGSEGV && verified();
	expect(good, "a range that may not be touched");
	good = !memctl("region protect vmas %#lx 8K rw", REGION_START) && !try_read(a, &word) &&
	       word == 1 && !try_write(a, 2) && !try_read(a, &word) && word == 2 && verified();
	expect(good, "and back: nothing is lost");
	good = !memctl("region unmap vmas %#lx 4K", REGION_START + PAGE) &&
	       try_read(a + PAGE, &word) == SIGSEGV && !try_read(a + 2 * PAGE, &word) && verified();
	expect(good, "a hole");
	expect(!memctl("region unmap vmas %#lx 1M", REGION_START) && verified(), "unmap the rest");
}

/* Each page of the file begins with its number + 1. */
static bool make_file(const char *path, uint64_t nr)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
	bool good = fd >= 0;

	for (uint64_t i = 0; good && i < nr; i++) {
		uint64_t word = i + 1;

		good = pwrite(fd, &word, sizeof(word), (off_t)(i * PAGE)) == sizeof(word);
	}
	close(fd);
	return good;
}

static void vma_waits(int number)
{
	static const char text[] =
		"Bail out! a file is read that we are writing to: it never ends\n";

	(void)number;
	_exit(write(1, text, sizeof(text) - 1) > 0 ? 1 : 2);
}

/*
 * Who writes to a file from a mapping that the file backs faults with the file's locks held; who
 * reads from it into one as well.
 */
static void vma_itself(char *a, const char *path)
{
	int fd = open(path, O_RDWR);
	uint64_t word;
	bool good;

	signal(SIGALRM, vma_waits);
	alarm(60);
	good = pwrite(fd, a + 50 * PAGE, PAGE, 60 * PAGE) == (ssize_t)PAGE &&
	       pread(fd, &word, 8, 60 * PAGE) == 8 && word == 51;
	expect(good, "write to the file from a mapping that it backs");
	good = pread(fd, a + 70 * PAGE, PAGE, 71 * PAGE) == (ssize_t)PAGE &&
	       !try_read(a + 70 * PAGE, &word) && word == 72;
	expect(good, "read from it into one");
	/* The very page: what is there already is written over itself. */
	good = pwrite(fd, a + 80 * PAGE, PAGE, 80 * PAGE) == (ssize_t)PAGE &&
	       pread(fd, a + 81 * PAGE, PAGE, 81 * PAGE) == (ssize_t)PAGE &&
	       !try_read(a + 80 * PAGE, &word) && word == 81 && !try_read(a + 81 * PAGE, &word) &&
	       word == 82;
	expect(good && verified(), "and the same page");
	alarm(0);
	close(fd);
}

static void vma_file(int fd, const char *dir)
{
	unsigned int right = 0;
	char path[256];
	uint64_t word;
	bool good;
	char *a;

	snprintf(path, sizeof(path), "%s/region_vma.data", dir);
	expect(make_file(path, 100), "make a file in %s", dir);
	good = !memctl("region map vmas 1M --address %#lx --file %s", REGION_START, path);
	expect(good, "map it in the region");
	a = map_region(fd, 1 << 20, PROT_READ | PROT_WRITE, 0);
	vma_itself(a, path);
	expect(make_file(path, 100) && !memctl("region discard vmas %#lx 1M", REGION_START),
	       "make it again");
	for (uint64_t i = 0; i < 100; i++)
		right += !try_read(a + i * PAGE, &word) && word == i + 1;
	expect(right == 100 && verified(), "its pages are read");
	expect(try_read(a + 101 * PAGE, &word) == SIGBUS, "behind its end: SIGBUS");
	good = !try_write(a, 1000) && !try_read(a, &word) && word == 1000 && verified();
	expect(good, "a write is the region's own");
	good = !memctl("region fork vmas kin") && !memctl("region del kin") && verified();
	expect(good, "a fork that is gone took the right to write in place");
	good = region_number("vmas", "RSS") == 100 * (long)PAGE &&
	       !memctl("region set vmas --limit %ld", region_number("vmas", "CHARGED"));
	expect(good, "as many frames as there are");
	munmap(a, 1 << 20);
	a = map_region(fd, PAGE * 16, PROT_READ | PROT_WRITE, 2 << 20);
	good = !try_write(a, 1) && !try_write(a + PAGE, 2) && verified();
	expect(good, "clean pages of the file make room");
	munmap(a, PAGE * 16);
	a = map_region(fd, PAGE, PROT_READ, 0);
	expect(!try_read(a, &word) && word == 1000, "and what was written does not");
	munmap(a, PAGE);
	unlink(path);
	good = !memctl("region unmap vmas %#lx 1M", REGION_START) &&
	       !memctl("region discard vmas %#lx 1M", REGION_START + (2 << 20)) &&
	       !memctl("region set vmas --limit 0");
	expect(good, "unmap it");
}

static void vma_planted(char *a)
{
	/* P, RW, US, PWT, PCD, PAT, G, two bits of the frame, NX */
	static const int bits[] = { 0, 1, 2, 3, 4, 7, 8, 12, 20, 63 };
	unsigned int found = 0, again = 0;

	*(uint64_t *)a = 1;
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
		if (memctl("plant pte --region vmas --address %#lx --level 1 --bit %d",
			   REGION_START, bits[i]))
			break;
		found += !!memctl("pt verify");
		memctl("plant pte --region vmas --address %#lx --level 1 --bit %d", REGION_START,
		       bits[i]);
		again += !memctl("pt verify");
	}
	expect(found == 10 && again == 10, "each of 10 planted bits is found in one pass (%u, %u)",
	       found, again);
}

void test_vmas(void)
{
	char *a;
	int fd;

	expect(!memctl("region add vmas --size 4M"), "make a region");
	fd = bind_region("vmas", O_RDWR);
	a = map_region(fd, 1 << 20, PROT_READ | PROT_WRITE, 0);
	vma_planted(a);
	vma_rights(a);
	munmap(a, 1 << 20);
	vma_file(fd, "/tmp");
	if (getenv("BACKING_DIR"))
		vma_file(fd, getenv("BACKING_DIR"));
	close(fd);
	expect(!memctl("region del vmas") && verified(), "remove it");
}
