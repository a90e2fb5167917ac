// SPDX-License-Identifier: GPL-2.0
/*
 * T6: offset x length x kind x rights x flags, each against an oracle of a
 * few lines. What is mapped must not show a page outside of the region.
 */
#include <linux/userfaultfd.h>
#include <sys/syscall.h>
#include "region_process.h"
#include "region_user.h"

#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif

#define MATRIX_PAGES 16UL
#define MATRIX_SIZE  (MATRIX_PAGES * PAGE)

struct attempt {
	uint64_t offset, size;
	int prot, flags, mode;
};

/* The error that is right, negative, or 0. */
static int right_answer(const struct attempt *a)
{
	uint64_t size = (a->size + PAGE - 1) & ~(PAGE - 1);
	uint64_t limit = MATRIX_PAGES * PAGE;

	if (a->mode == O_PATH)
		return -EBADF;
	if (a->offset % PAGE || !a->size)
		return -EINVAL;
	if (!size || size > (1UL << 47) - PAGE)
		return -ENOMEM;
	if (a->offset / PAGE + size / PAGE < a->offset / PAGE || a->offset + size < a->offset)
		return -EOVERFLOW;
	/* MAP_FIXED is asked for at an address with room for 1 GiB. */
	if ((a->flags & MAP_TYPE) == MAP_SHARED_VALIDATE && a->flags & MAP_SYNC)
		return -EOPNOTSUPP;
	if (a->prot & PROT_EXEC)
		return a->mode == O_WRONLY ? -EACCES : -EPERM;
	if (a->mode == O_WRONLY)
		return -EACCES;
	if ((a->flags & MAP_TYPE) != MAP_PRIVATE && a->prot & PROT_WRITE && a->mode == O_RDONLY)
		return -EACCES;
	if ((a->flags & MAP_TYPE) == MAP_PRIVATE)
		return -EINVAL;
	if (a->flags & MAP_HUGETLB)
		return -EINVAL;
	if (a->offset >= limit || size > limit - a->offset)
		return -EINVAL;
	return 0;
}

/* Errors that the host may find first, whatever else is wrong. */
static bool is_right(const struct attempt *a, int error)
{
	int right = -right_answer(a);

	if (error == right)
		return true;
	if (!right || !error)
		return false;
	/* All that is refused is refused; the host checks in an order of its own. */
	return error == EINVAL || error == ENOMEM || error == EOVERFLOW || error == EACCES ||
	       error == EPERM || error == EOPNOTSUPP || error == ENODEV;
}

static int try_map(int fd, const struct attempt *a, void *where)
{
	char *start = mmap(a->flags & MAP_FIXED ? where : NULL, a->size, a->prot, a->flags, fd,
			   a->offset);
	uint64_t word;
	int error = 0;

	if (start == MAP_FAILED)
		return errno;
	/* Each page has its number + 1. */
	for (uint64_t i = 0; a->prot & PROT_READ && i * PAGE < a->size; i++) {
		if (try_read(start + i * PAGE, &word) || word != a->offset / PAGE + i + 1)
			error = -1;
	}
	munmap(start, a->size);
	return error;
}

static const uint64_t offsets[] = {
	0,	 1,	     PAGE,	 2 * PAGE,   8 * PAGE, 15 * PAGE,	16 * PAGE,
	1 << 24, 1ULL << 32, 0xfffff000, 1ULL << 48, -4096ULL, -(256ULL << 20),
};

static const uint64_t sizes[] = {
	0, 1, PAGE, MATRIX_SIZE, (MATRIX_PAGES + 1) * PAGE, 1ULL << 31, 1ULL << 47,
};

static const int kinds[] = { MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE };

static const int rights[] = {
	PROT_NONE, PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC,
};

static const int extras[] = {
	0, MAP_FIXED, MAP_32BIT, MAP_HUGETLB, MAP_LOCKED, MAP_POPULATE, MAP_SYNC, MAP_NORESERVE,
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* All of it for one file. Return: how many answers are wrong. */
static unsigned int try_all(int fd, int mode, unsigned int *nr, void *where)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0;
	     i < COUNT(offsets) * COUNT(sizes) * COUNT(kinds) * COUNT(rights) * COUNT(extras);
	     i++) {
		unsigned int n = i;
		struct attempt a = { .mode = mode };
		int error;

		a.offset = offsets[n % COUNT(offsets)];
		n /= COUNT(offsets);
		a.size = sizes[n % COUNT(sizes)];
		n /= COUNT(sizes);
		a.flags = kinds[n % COUNT(kinds)];
		n /= COUNT(kinds);
		a.prot = rights[n % COUNT(rights)];
		n /= COUNT(rights);
		a.flags |= extras[n % COUNT(extras)];
		/* Elsewhere MAP_SYNC is ignored, or as good as none. */
		if (a.flags & MAP_FIXED && a.size > 1 << 30)
			continue;
		error = try_map(fd, &a, where);
		(*nr)++;
		if (is_right(&a, error))
			continue;
		if (wrong++ < 10)
			printf("# offset %#llx size %#llx prot %d flags %#x mode %d: %d, not %d\n",
			       (unsigned long long)a.offset, (unsigned long long)a.size, a.prot,
			       a.flags, mode, error, -right_answer(&a));
	}
	return wrong;
}

/*
 * Whether a mapping can be had a userfaultfd for. With one for writes the host takes RW out of
 * entries and gives it back, to an entry with D, without asking whose mapping it is.
 */
static bool can_userfaultfd(char *start, uint64_t size, uint64_t features)
{
	static const uint64_t modes[] = {
		UFFDIO_REGISTER_MODE_MISSING,
		UFFDIO_REGISTER_MODE_WP,
		UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	bool can = false;

	/* A host without the feature. */
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		return false;
	}
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct uffdio_register range = {
			.range = { .start = (uintptr_t)start, .len = size },
			.mode = modes[i],
		};

		can |= !ioctl(fd, UFFDIO_REGISTER, &range);
	}
	close(fd);
	return can;
}

void test_mmap(void)
{
	static const int modes[] = { O_RDWR, O_RDONLY, O_WRONLY };
	unsigned int nr = 0;
	void *where;
	char *start;
	int fd, path;

	expect(!memctl("region add matrix --size %lu", MATRIX_PAGES * PAGE), "make a region");
	fd = bind_region("matrix", O_RDWR);
	start = map_region(fd, MATRIX_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);
	if (!expect(!!start, "map it"))
		return;
	for (uint64_t i = 0; i < MATRIX_PAGES; i++)
		*(uint64_t *)(start + i * PAGE) = i + 1;
	expect(!can_userfaultfd(start, MATRIX_SIZE, 0), "the host has no userfaultfd for it");
	expect(!can_userfaultfd(start, MATRIX_SIZE, UFFD_FEATURE_WP_ASYNC),
	       "nor one that follows writes");
	where = mmap(NULL, 1 << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (size_t i = 0; i < COUNT(modes); i++) {
		int other = bind_region("matrix", modes[i]);

		expect(other >= 0 && !try_all(other, modes[i], &nr, where), "the matrix, mode %d",
		       modes[i]);
		close(other);
	}
	path = open("/dev/memctl", O_PATH);
	expect(!try_all(path, O_PATH, &nr, where), "the matrix, O_PATH");
	close(path);
	path = open("/dev/memctl", O_RDWR);
	expect(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, path, 0) == MAP_FAILED && errno == ENODEV,
	       "the device itself is not to be mapped");
	close(path);
	printf("# %u calls\n", nr);
	munmap(start, MATRIX_PAGES * PAGE);
	munmap(where, 1 << 30);
	close(fd);
	expect(!memctl("region del matrix"), "remove it");
}
