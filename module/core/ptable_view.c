// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables that are not trusted: steps of a walk, iteration, planted damage,
 * and the check. Nothing here follows an entry before the owner of the frames
 * has confirmed that it points to a table of the next level, so that tables
 * with any bit wrong can be shown and checked. Since each step goes down one
 * level, a wrong entry cannot cause a loop.
 *
 * See ptable.c for the invariants. Locks: none; the caller serialises.
 */
#include <linux/errno.h>
#include "core/ptable.h"

/* Whether a present entry that is not a leaf points to a table, and to which one. */
static bool leads_on(const struct mctl_ptable *pt, unsigned int level, u64 entry, u64 *child)
{
	*child = mctl_ptable_target(pt, entry);
	return pt->ops->is_table(pt->context, *child, level - 1);
}

static void note_step(const struct mctl_ptable *pt, u64 pfn, unsigned int level, u32 index,
		      u64 address, struct mctl_ptable_step *step)
{
	u64 entry = mctl_ptable_entry(pt, pfn, index);

	step->level = level;
	step->index = index;
	step->address = address;
	step->entry = entry;
	step->table = pfn << MCTL_PT_PAGE_SHIFT;
	step->leaf = (entry & MCTL_PT_P) && mctl_ptable_is_leaf(pt, level, entry);
	step->broken = false;
}

/**
 * mctl_ptable_steps() - a walk with every entry that it reads
 * @pt: the tables; any damage is allowed
 * @address: virtual address
 * @steps: MCTL_PT_MAX_LEVELS of them, filled from the root on
 *
 * Context: Any context that the ops allow; the caller keeps the tables from changing.
 * Return: steps filled, the last of which is a leaf, not present or broken; 0 if @address is not
 * canonical.
 */
unsigned int mctl_ptable_steps(const struct mctl_ptable *pt, u64 address,
			       struct mctl_ptable_step *steps)
{
	unsigned int nr = 0;
	u64 pfn = pt->root_pfn;

	if (!mctl_ptable_canonical(pt->format, address))
		return 0;
	for (unsigned int level = pt->format->nr_levels;; level--) {
		struct mctl_ptable_step *step = &steps[nr++];
		u64 start = address & ~((mctl_ptable_pages(pt, level) << MCTL_PT_PAGE_SHIFT) - 1);

		note_step(pt, pfn, level, mctl_ptable_index(pt, level, address), start, step);
		if (!(step->entry & MCTL_PT_P) || step->leaf)
			return nr;
		if (!leads_on(pt, level, step->entry, &pfn)) {
			step->broken = true;
			return nr;
		}
	}
}

/**
 * mctl_ptable_physical() - the physical address that a leaf maps an address to
 * @pt: the tables
 * @address: virtual address
 * @level: level of the leaf
 * @entry: the leaf
 *
 * Context: Any context.
 * Return: physical address of @address.
 */
u64 mctl_ptable_physical(const struct mctl_ptable *pt, u64 address, unsigned int level, u64 entry)
{
	u64 offset = (mctl_ptable_pages(pt, level) << MCTL_PT_PAGE_SHIFT) - 1;

	return (entry & pt->address_mask & ~offset) | (address & offset);
}

/**
 * mctl_ptable_flip() - flip a bit of an entry, for tests of the checks
 * @pt: the tables
 * @address: virtual address that the entry translates
 * @level: of the table that it is in
 * @bit: number of the bit to flip
 *
 * Context: Any context that the ops allow; the caller serialises.
 * Return: 0, -EINVAL if there is no such level or bit, -EFAULT if @address is not canonical,
 * -ENOENT if the walk ends above @level.
 */
int mctl_ptable_flip(struct mctl_ptable *pt, u64 address, unsigned int level, unsigned int bit)
{
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS];
	unsigned int nr;

	if (!level || level > pt->format->nr_levels || bit >= pt->format->entry_size * 8)
		return -EINVAL;
	nr = mctl_ptable_steps(pt, address, steps);
	if (!nr)
		return -EFAULT;
	for (unsigned int i = 0; i < nr; i++) {
		if (steps[i].level == level) {
			mctl_ptable_set_entry(pt, steps[i].table >> MCTL_PT_PAGE_SHIFT,
					      steps[i].index, steps[i].entry ^ BIT_ULL(bit));
			return 0;
		}
	}
	return -ENOENT;
}

/* --- iteration ---------------------------------------------------------------------------- */

/**
 * mctl_ptable_rewind() - set a cursor before the first entry
 * @pt: the tables
 * @cursor: the cursor
 *
 * Context: Any context.
 */
void mctl_ptable_rewind(const struct mctl_ptable *pt, struct mctl_ptable_cursor *cursor)
{
	cursor->address = 0;
	cursor->level = pt->format->nr_levels;
}

static u64 sign_extend(const struct mctl_ptable_format *format, u64 address)
{
	unsigned int above = 64 - format->address_bits;

	return format->sign_extended ? (u64)((s64)(address << above) >> above) : address;
}

/* Move a cursor past an entry: to its children, or to what follows it. */
static void pass(const struct mctl_ptable *pt, struct mctl_ptable_cursor *cursor,
		 const struct mctl_ptable_step *step)
{
	u64 size = mctl_ptable_pages(pt, step->level) << MCTL_PT_PAGE_SHIFT;
	u64 last = step->address + size - 1;

	if (!step->leaf && !step->broken) {
		cursor->address = step->address;
		cursor->level = step->level - 1;
		return;
	}
	cursor->address = last + 1;
	cursor->level = pt->format->nr_levels;
	/* The iteration ends at the highest possible address. */
	if (last == sign_extend(pt->format, GENMASK_ULL(pt->format->address_bits - 1, 0)))
		cursor->level = 0;
}

static bool next_in(const struct mctl_ptable *pt, u64 pfn, unsigned int level, u64 base,
		    const struct mctl_ptable_cursor *cursor, struct mctl_ptable_step *step)
{
	unsigned int shift = pt->format->level[level].shift;
	u32 index = 0;

	if (cursor->address > base)
		index = mctl_ptable_index(pt, level, cursor->address);
	for (; index < mctl_ptable_nr_entries(pt, level); index++) {
		u64 address = sign_extend(pt->format, base + ((u64)index << shift));
		bool leads = false;
		u64 child;

		note_step(pt, pfn, level, index, address, step);
		if (!(step->entry & MCTL_PT_P))
			continue;
		if (!step->leaf) {
			leads = leads_on(pt, level, step->entry, &child);
			step->broken = !leads;
		}
		if (address > cursor->address ||
		    (address == cursor->address && level <= cursor->level))
			return true;
		if (leads && next_in(pt, child, level - 1, address, cursor, step))
			return true;
	}
	return false;
}

/**
 * mctl_ptable_next() - the next present entry by address, parents first
 * @pt: the tables; any damage is allowed
 * @cursor: where to start; moved past the entry
 * @step: the entry
 *
 * The cursor holds a position, not an entry, so the tables may change between calls.
 *
 * Context: Any context that the ops allow; the caller keeps the tables from changing during the
 * call.
 * Return: false if there are no more.
 */
bool mctl_ptable_next(const struct mctl_ptable *pt, struct mctl_ptable_cursor *cursor,
		      struct mctl_ptable_step *step)
{
	if (cursor->level && next_in(pt, pt->root_pfn, pt->format->nr_levels, 0, cursor, step)) {
		pass(pt, cursor, step);
		return true;
	}
	cursor->level = 0;
	return false;
}

/* --- check -------------------------------------------------------------------------------- */

/* The actual counts, to compare with those kept (I6). */
struct tally {
	u64 nr_tables;
	u64 nr_leaves[MCTL_PT_MAX_LEVELS + 1];
	u64 nr_mapped;
};

static const char *const entry_name[] = {
	[1] = "level-1 entry", [2] = "level-2 entry", [3] = "level-3 entry",
	[4] = "level-4 entry", [5] = "level-5 entry",
};

/* Bits that an entry may have here: those of its format, with addresses of the actual width. */
static u64 allowed_bits(const struct mctl_ptable *pt, unsigned int level, bool leaf)
{
	const struct mctl_ptable_level *l = &pt->format->level[level];

	return ((leaf ? l->leaf : l->table) & ~(pt->format->physical & ~pt->address_mask)) |
	       pt->encryption;
}

static void check_table(const struct mctl_ptable *pt, u64 pfn, unsigned int level, u64 base,
			struct mctl_report *report, struct tally *tally);

/* Return: whether the entry is present. */
static bool check_entry(const struct mctl_ptable *pt, u64 pfn, unsigned int level, u32 index,
			u64 address, struct mctl_report *report, struct tally *tally)
{
	u64 ignored = pt->address_mask | MCTL_PT_A | MCTL_PT_D;
	u64 entry = mctl_ptable_entry(pt, pfn, index);
	const char *name = entry_name[level];
	u64 child;
	bool leaf;

	if (!(entry & MCTL_PT_P)) {
		mctl_report_expect(report, "ptable I3", name, address, "value without P", 0, entry);
		return false;
	}
	leaf = mctl_ptable_is_leaf(pt, level, entry);
	mctl_report_expect(report, "ptable I4", name, address, "reserved bits", 0,
			   entry & ~allowed_bits(pt, level, leaf));
	if (leaf) {
		tally->nr_leaves[level]++;
		tally->nr_mapped += mctl_ptable_pages(pt, level);
		return true;
	}
	mctl_report_expect(report, "ptable I5", name, address, "flags",
			   mctl_ptable_table_flags(pt, level) & ~ignored, entry & ~ignored);
	if (mctl_report_expect(report, "ptable I1", name, address, "points to a table", true,
			       leads_on(pt, level, entry, &child)) &&
	    mctl_report_expect(report, "ptable I1", name, address, "entries for its table", 1,
			       pt->ops->mark(pt->context, child)))
		check_table(pt, child, level - 1, address, report, tally);
	return true;
}

static void check_table(const struct mctl_ptable *pt, u64 pfn, unsigned int level, u64 base,
			struct mctl_report *report, struct tally *tally)
{
	unsigned int shift = pt->format->level[level].shift;
	u32 present = 0;

	tally->nr_tables++;
	for (u32 index = 0; index < mctl_ptable_nr_entries(pt, level); index++) {
		u64 address = sign_extend(pt->format, base + ((u64)index << shift));

		present += check_entry(pt, pfn, level, index, address, report, tally);
	}
	mctl_report_expect(report, "ptable I2", "table", pfn, "present entries", present,
			   pt->ops->count(pt->context, pfn, 0));
	if (pfn != pt->root_pfn)
		mctl_report_expect(report, "ptable I2", "table", pfn, "empty", false, !present);
}

/**
 * mctl_ptable_check() - test the invariants
 * @pt: the tables; any damage is allowed
 * @report: gets each broken invariant, with the virtual address of an entry or the pfn of a table
 *
 * Marks each table that it reaches; the caller clears the marks when all sets of tables whose
 * frames have the same owner have been checked, so that a table reached from two of them is found.
 *
 * Context: Any context that the ops allow; the caller keeps the tables from changing.
 */
void mctl_ptable_check(const struct mctl_ptable *pt, struct mctl_report *report)
{
	unsigned int top = pt->format->nr_levels;
	u64 root = pt->root_pfn;
	struct tally tally = {};

	if (mctl_report_expect(report, "ptable I1", "table", root, "is the root", true,
			       pt->ops->is_table(pt->context, root, top)) &&
	    mctl_report_expect(report, "ptable I1", "table", root, "visits", 1,
			       pt->ops->mark(pt->context, root)))
		check_table(pt, root, top, 0, report, &tally);

	mctl_report_expect(report, "ptable I6", "tables", root, "nr_tables", tally.nr_tables,
			   pt->nr_tables);
	for (unsigned int level = 1; level <= top; level++)
		mctl_report_expect(report, "ptable I6", "tables", root, "nr_leaves",
				   tally.nr_leaves[level], pt->nr_leaves[level]);
	mctl_report_expect(report, "ptable I6", "tables", root, "nr_mapped", tally.nr_mapped,
			   pt->nr_mapped);
	mctl_report_expect(report, "ptable I7", "tables", root, "fast_from",
			   mctl_ptable_fast_from(pt), pt->fast_from);
}
