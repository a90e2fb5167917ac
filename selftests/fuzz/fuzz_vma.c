// SPDX-License-Identifier: GPL-2.0
/* LINK: core/vma.c tap.c vma_fixture.c */
/*
 * The vmas of a region under calls made of bytes, with little room or much.
 *
 * Promised and looked at: what every call returns, the vmas one by one against
 * an array of pages, that a call that fails changes no byte; look-ups, gaps
 * and copies. Ranges that are no ranges must be refused.
 */
#include <linux/errno.h>
#include "fuzz.h"
#include "vma_fixture.h"

static struct set set, copy;

static void change(struct fuzz_input *in)
{
	u32 bits = fuzz_byte(in), more = fuzz_byte(in);
	struct arguments a = {
		.call = bits % NR_CALLS,
		.first = fuzz_below(in, set.nr_pages),
		.rights = more & 1 ? RW : more >> 1 & MCTL_VMA_RIGHTS,
		.set = more >> 4 & 1,
		.clear = more >> 5 & 1,
	};

	a.nr = 1 + fuzz_below(in, set.nr_pages - a.first);
	if (bits & 0x40) {
		a.file = &files[bits >> 7];
		/* Mostly so that neighbours go on. */
		a.offset = a.first + (more >> 6);
	}
	step(&set, &a);
}

/* Any range and any vma: what is not whole pages inside of the set's is refused. */
static void change_wildly(struct fuzz_input *in)
{
	u64 start = fuzz_u64(in), end = fuzz_u64(in);
	struct mctl_vma vma = {
		.start = fuzz_byte(in) & 1 ? start : BASE + start % PAGE,
		.end = end,
		.file = start & 2 ? files : NULL,
		.offset = fuzz_u64(in),
		.rights = MCTL_VMA_R,
	};
	bool bad = vma.start % PAGE || vma.end % PAGE || vma.start >= vma.end ||
		   vma.start < set.vmas.start || vma.end > set.vmas.end;
	struct mctl_vmas before = set.vmas;

	/* The few that are good are not for here: the oracle would have to hear of them. */
	if (!bad)
		return;
	tap_expect_equal(mctl_vma_add(&set.vmas, &vma), -EINVAL);
	tap_expect_equal(mctl_vma_replace(&set.vmas, &vma), -EINVAL);
	tap_expect_equal(mctl_vma_remove(&set.vmas, vma.start, vma.end), -EINVAL);
	tap_expect_equal(mctl_vma_protect(&set.vmas, vma.start, vma.end, 0), -EINVAL);
	tap_expect_equal(mctl_vma_set_flags(&set.vmas, vma.start, vma.end, 1, 0), -EINVAL);
	tap_expect(!memcmp(&before, &set.vmas, sizeof(before)));
	mctl_vma_find(&set.vmas, vma.offset);
	tap_expect(mctl_vma_gap(&set.vmas, vma.offset | 1, PAGE << (end & 31)) <= set.vmas.end);
}

static void copy_and_move(void)
{
	struct mctl_vma storage[MAX_PAGES];
	u32 capacity = set.vmas.capacity;

	set_init(&copy, set.nr_pages, MAX_PAGES);
	tap_expect_equal(mctl_vmas_copy(&copy.vmas, &set.vmas), 0);
	tap_expect(copy.vmas.nr == set.vmas.nr && copy.vmas.nr_pages == set.vmas.nr_pages &&
		   same_vmas(copy.storage, set.storage, set.vmas.nr));
	/* There and back. */
	tap_expect(mctl_vmas_move(&set.vmas, storage, MAX_PAGES) == set.storage);
	tap_expect(same_vmas(storage, set.storage, set.vmas.nr));
	memset(set.storage, 0xa5, sizeof(set.storage));
	tap_expect(mctl_vmas_move(&set.vmas, set.storage, capacity) == storage);
	tap_expect(same_vmas(copy.storage, set.storage, set.vmas.nr));
}

static void call(struct fuzz_input *in)
{
	u32 op = fuzz_byte(in) & 15, first;

	switch (op) {
	case 0:
		expect_lookup(&set, fuzz_below(in, set.nr_pages));
		break;
	case 1:
		expect_gap(&set, 1 + fuzz_below(in, set.nr_pages), 1U << fuzz_below(in, 5));
		break;
	case 2:
		first = fuzz_below(in, set.nr_pages);
		expect_walk(&set, first, 1 + fuzz_below(in, set.nr_pages - first));
		break;
	case 3:
		change_wildly(in);
		break;
	case 4:
		copy_and_move();
		break;
	default:
		change(in);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	u32 nr_pages = 1 + fuzz_below(&in, MAX_PAGES);

	set_init(&set, nr_pages, fuzz_below(&in, MAX_PAGES + 1));
	while (fuzz_more(&in)) {
		call(&in);
		fuzz_op();
		fuzz_judge();
	}
	return 0;
}
