// SPDX-License-Identifier: GPL-2.0
/* LINK: core/ptable.c core/ptable_map.c core/ptable_view.c ptable_fixture.c tap.c */
/*
 * Page tables of several formats under calls made of bytes, with frames for
 * tables running out at any point.
 *
 * Promised and looked at: what every call returns, every leaf against an array
 * of pages, every way to walk to it, that a call that fails changes no byte,
 * and that idle tables are a root alone. At the end of a part of the inputs
 * bits of entries are flipped, in what may be called on any damage: the check,
 * the iteration and the walk of single steps.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include "fuzz.h"
#include "ptable_formats.h"

#define MAX_RUN	    2048
#define MAX_DAMAGES 8

/* Few pages far apart: every one is a table of its own, which comes and goes with them. */
static const struct window far_windows[] = {
	{ 0x1ff000, 2 },
	{ 0x3ff000, 2 },
	{ 0xffff8000001ff000, 2 },
};

static const struct shape {
	const struct mctl_ptable_format *format;
	u32 nr_frames;
	const struct window *windows;
	u32 nr_windows;
} shapes[] = {
	{ &mctl_ptable_x86_64_4level, 10, far_windows, ARRAY_SIZE(far_windows) },
	{ &tiny, 32, tiny_windows, ARRAY_SIZE(tiny_windows) },
	{ &tiny_signed, 48, signed_windows, ARRAY_SIZE(signed_windows) },
	{ &small_entries, 6, small_windows, ARRAY_SIZE(small_windows) },
	{ &mctl_ptable_x86_64_4level, 20, windows_4level, ARRAY_SIZE(windows_4level) },
	{ &mctl_ptable_x86_64_5level, 20, windows_5level, ARRAY_SIZE(windows_5level) },
};

/* Pages of a window, and what the oracle has of them. */
struct range {
	u64 address;
	u64 *known;
	u32 nr, nr_known;
};

static struct tables t;

/* An address that is looked up again and again, and the table that its leaf was last seen in. */
static struct mctl_ptable_cache touched_table;
static u64 touched;
static bool touched_anew;

static struct range choose_range(struct fuzz_input *in)
{
	u32 window = fuzz_below(in, t.nr_windows), size = t.windows[window].nr;
	u32 bits = fuzz_byte(in), first = fuzz_below(in, size);
	struct range range = {};

	/* Often where a larger leaf could begin, and as long as one. */
	if (bits & 1)
		first -= first % BIT(bits >> 4 & 11);
	range.address = t.windows[window].address + (u64)first * PAGE;
	range.known = &t.oracle[window][first];
	if (bits & 2)
		range.nr = BIT(bits >> 4 & 11);
	else
		range.nr = 1 + fuzz_below(in, size - first);
	range.nr = range.nr < size - first ? range.nr : size - first;
	if (!(bits & 12)) {
		touched = range.address;
		touched_anew = true;
	}
	for (u32 i = 0; i < range.nr; i++)
		range.nr_known += !!range.known[i];
	return range;
}

static u64 choose_flags(struct fuzz_input *in)
{
	static const u64 rights[] = {
		MCTL_PT_RW,  MCTL_PT_US, MCTL_PT_PWT, MCTL_PT_PCD, MCTL_PT_A,	MCTL_PT_D,
		MCTL_PT_PAT, MCTL_PT_G,	 MCTL_PT_NX,  BIT_ULL(9),  BIT_ULL(58),
	};
	u32 bits = fuzz_byte(in) | fuzz_byte(in) << 8;
	u64 flags = 0;

	for (u32 i = 0; i < ARRAY_SIZE(rights); i++)
		flags |= bits >> i & 1 ? rights[i] : 0;
	return flags & (t.pt.format->entry_size == 4 ? RIGHTS_32 : RIGHTS);
}

/* Frame numbers of all lengths, of few bytes. */
static u64 choose_pfn(struct fuzz_input *in, u64 limit)
{
	u64 pfn = (u64)fuzz_below(in, 65536) << fuzz_below(in, 40);

	return (pfn + fuzz_byte(in)) % limit;
}

/* Whether frames run out in the call to come, which is told by what it leaves. */
static void may_fail(struct fuzz_input *in)
{
	u32 fail_in = fuzz_byte(in);

	tables_save(&t);
	t.ran_out = false;
	t.fail_in = fail_in & 1 ? NO_FAILURE : (int)(fail_in >> 1 & 7);
}

static bool refused(s64 ret, bool may_exist)
{
	t.fail_in = NO_FAILURE;
	if (ret >= 0)
		return false;
	tap_expect((ret == -EEXIST && may_exist) || (ret == -ENOMEM && t.ran_out));
	tap_expect(tables_unchanged(&t));
	return true;
}

/* --- calls -------------------------------------------------------------------------------- */

static void map_run(struct fuzz_input *in, const struct range *range)
{
	u64 flags = choose_flags(in) | MCTL_PT_P, pfn = choose_pfn(in, t.limit - MAX_RUN);
	s64 ret;

	/* Mostly where it can be aligned like the address. */
	if (flags & (MCTL_PT_RW | MCTL_PT_US))
		pfn = (pfn & ~1023ULL) + (range->address / PAGE & 1023);
	may_fail(in);
	ret = mctl_ptable_map(&t.pt, range->address, pfn, range->nr, flags,
			      1 + fuzz_below(in, t.pt.format->nr_levels));
	if (refused(ret, range->nr_known))
		return;
	tap_expect_equal(range->nr_known, 0);
	for (u32 i = 0; i < range->nr; i++)
		range->known[i] = (pfn + i) << 12 | flags;
	t.nr_mapped += range->nr;
}

static void map_frames(struct fuzz_input *in, const struct range *range)
{
	u64 flags = choose_flags(in) | MCTL_PT_P;
	u32 step = 1 + fuzz_below(in, 5), fns[MAX_RUN];
	u32 fn = choose_pfn(in, min_t(u64, t.limit, U32_MAX) - 8 * MAX_RUN);
	s64 ret;

	for (u32 i = 0; i < range->nr; i++)
		fns[i] = fn + i * step;
	may_fail(in);
	ret = mctl_ptable_map_frames(&t.pt, range->address, fns, range->nr, flags);
	if (refused(ret, range->nr_known))
		return;
	tap_expect_equal(range->nr_known, 0);
	for (u32 i = 0; i < range->nr; i++)
		range->known[i] = (u64)fns[i] << 12 | flags;
	t.nr_mapped += range->nr;
}

static void unmap(struct fuzz_input *in, const struct range *range)
{
	s64 ret;

	may_fail(in);
	ret = mctl_ptable_unmap(&t.pt, range->address, range->nr);
	if (refused(ret, false))
		return;
	tap_expect_equal(ret, range->nr_known);
	t.nr_mapped -= range->nr_known;
	memset(range->known, 0, range->nr * sizeof(*range->known));
}

static void protect(struct fuzz_input *in, const struct range *range)
{
	u64 mask = choose_flags(in), flags = choose_flags(in) & mask;
	s64 ret;

	may_fail(in);
	ret = mctl_ptable_protect(&t.pt, range->address, range->nr, mask, flags);
	if (refused(ret, false))
		return;
	tap_expect_equal(ret, range->nr_known);
	for (u32 i = 0; i < range->nr; i++)
		if (range->known[i])
			range->known[i] = (range->known[i] & ~mask) | flags;
}

/* Any numbers: what is taken for a range lies outside of the windows, and nothing is there. */
static void call_wildly(struct fuzz_input *in)
{
	u64 address = fuzz_u64(in), nr = fuzz_u64(in), pfn = fuzz_u64(in), flags = fuzz_u64(in);
	unsigned int level = 1;
	s64 ret;

	if (address & 1)
		address &= ~(PAGE - 1ULL);
	tables_save(&t);
	ret = mctl_ptable_map(&t.pt, address | 1, pfn, nr, flags, fuzz_byte(in));
	tap_expect_equal(ret, -EINVAL);
	ret = mctl_ptable_map(&t.pt, address, pfn | t.limit, nr, flags, 1);
	tap_expect(ret < 0);
	ret = mctl_ptable_map(&t.pt, address, pfn, nr, flags & ~MCTL_PT_P, 1);
	tap_expect(ret < 0);
	ret = mctl_ptable_protect(&t.pt, address, nr, flags | MCTL_PT_P, 0);
	tap_expect(ret == -EINVAL || ret == -EFAULT);
	tap_expect(tables_unchanged(&t));
	mctl_ptable_walk(&t.pt, address, &level);
	tap_expect(level <= t.pt.format->nr_levels);
}

static void call(struct fuzz_input *in)
{
	u32 op = fuzz_byte(in) & 15;
	struct range range;

	if (op == 15) {
		call_wildly(in);
		return;
	}
	range = choose_range(in);
	if (op < 5)
		map_run(in, &range);
	else if (op < 7)
		map_frames(in, &range);
	else if (op < 11)
		unmap(in, &range);
	else
		protect(in, &range);
}

/*
 * Tables come and go, and who remembers one must not be taken in. It is looked
 * up when it is chosen and not again, as that would have it forgotten in time.
 */
static void touch(void)
{
	unsigned int level;
	u64 entry;

	if (touched_anew)
		mctl_ptable_walk_cached(&t.pt, &touched_table, touched, &level);
	touched_anew = false;
	entry = mctl_ptable_cached(&t.pt, &touched_table, touched);
	tap_expect(!entry || (entry == mctl_ptable_walk(&t.pt, touched, &level) && level == 1));
}

/* --- damage ------------------------------------------------------------------------------- */

static void damage(struct fuzz_input *in)
{
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS], step;
	struct mctl_ptable_cursor cursor;
	struct mctl_report report = {};
	u32 nr = 1 + fuzz_below(in, MAX_DAMAGES);

	for (u32 i = 0; i < nr; i++) {
		struct range range = choose_range(in);
		u32 level = 1 + fuzz_below(in, t.pt.format->nr_levels);

		mctl_ptable_flip(&t.pt, range.address, level,
				 fuzz_below(in, t.pt.format->entry_size * 8));
		mctl_ptable_steps(&t.pt, range.address, steps);
	}
	tables_check(&t, &report);
	mctl_ptable_rewind(&t.pt, &cursor);
	for (nr = 0; mctl_ptable_next(&t.pt, &cursor, &step); nr++)
		tap_expect(nr < 1U << 20);
}

/* ------------------------------------------------------------------------------------------ */

static void idle(struct mctl_ptable_cache *cache)
{
	for (u32 i = 0; i < t.nr_windows; i++) {
		tap_expect(mctl_ptable_unmap(&t.pt, t.windows[i].address, t.windows[i].nr) >= 0);
		memset(t.oracle[i], 0, t.windows[i].nr * sizeof(**t.oracle));
	}
	t.nr_mapped = 0;
	tables_verify(&t, cache);
	tap_expect_equal(t.nr_used, 1);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	u32 bits = fuzz_byte(&in);
	/* Mostly one of the small ones. */
	const struct shape *shape = &shapes[bits & 0x30 ? bits % 3 : bits % ARRAY_SIZE(shapes)];
	struct mctl_ptable_cache cache = {};

	touched_table = cache;
	touched = 0;
	tables_init(&t, shape->format, shape->nr_frames, shape->windows, shape->nr_windows);
	while (fuzz_more(&in)) {
		if (bits & 0x80 && in.end - in.at < 64) {
			damage(&in);
			break;
		}
		call(&in);
		touch();
		if (fuzz_op())
			tables_verify(&t, &cache);
		fuzz_judge();
	}
	if (!(bits & 0x80))
		idle(&cache);
	fuzz_judge();
	tables_fini(&t);
	return 0;
}
