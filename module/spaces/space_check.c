// SPDX-License-Identifier: GPL-2.0
/*
 * Checks spaces: S2 to S6, S8 and S9 of space.c, F1 to F3 of space_frame.c, F4 of
 * space_quarantine.c, and the invariants of vmas and shadows.
 *
 * The reference count of a frame is compared family by family with the number of
 * leaves that map the frame, at its page in each space of the family, plus the
 * number of its loans by these spaces.
 */
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "spaces/space_internal.h"

/* Counts of a check: of the current space, and, family_frames, of the family. */
struct tally {
	struct mctl_report *report;
	u32 mapped, zero, frames;
	u32 family_frames;
};

/**
 * struct holders - users of a frame in a family
 * @leaves: spaces that map the frame
 * @loans: loans of the frame
 * @mapper: the first space that maps it, or NULL
 * @lender: the first space that has lent it, or NULL
 */
struct holders {
	u32 leaves, loans;
	const struct mctl_space *mapper, *lender;
};

static struct holders count_holders(const struct mctl_space *space, u32 page, u32 fn, u64 pfn)
{
	u64 address = mctl_space_address(page);
	struct holders holders = {};
	const struct mctl_space *other;

	list_for_each_entry(other, &space->family->spaces, sibling) {
		u32 loans = mctl_space_loans_of(other, fn);
		unsigned int level;
		u64 entry;

		holders.loans += loans;
		if (loans && !holders.lender)
			holders.lender = other;
		if (page >= other->nr_pages)
			continue;
		entry = mctl_ptable_walk(&other->shadow.pt, address, &level);
		if (!entry || mctl_ptable_physical(&other->shadow.pt, address, level, entry) !=
				      pfn << PAGE_SHIFT)
			continue;
		holders.leaves++;
		if (!holders.mapper)
			holders.mapper = other;
	}
	return holders;
}

/* Check S3, S4, S5, F1 and F3 for a frame that a leaf maps. */
static void check_frame(const struct mctl_space *space, u32 page, unsigned int level, u64 entry,
			struct tally *tally)
{
	const struct mctl_table *table = &space->arena->table;
	unsigned int order = level > 1 ? MCTL_LARGE_ORDER : 0;
	u64 pfn =
		mctl_ptable_target(&space->shadow.pt, entry & ~(level > 1 ? MCTL_PT_PAT_LARGE : 0));
	struct mctl_report *report = tally->report;
	u32 fn, tag = 0, family = 0, refs = 0;
	struct holders holders;
	u8 state = 0;

	preempt_disable();
	fn = mctl_arena_pfn_to_fn(space->arena, pfn);
	if (fn != MCTL_FN_NONE) {
		state = table->state[fn];
		tag = table->tag[fn];
		family = table->link[fn].prev;
		refs = table->link[fn].next;
	}
	preempt_enable();

	if (!mctl_report_expect(report, level > 1 ? "space S5" : "space S4", "frame", fn, "state",
				MCTL_STATE(MCTL_KIND_REGION, order), state) ||
	    !mctl_report_expect(report, "space F3", "frame", fn, "in quarantine", false,
				tag == MCTL_NO_PAGE))
		return;
	mctl_report_expect(report, "space F1", "frame", fn, "page", page, tag);
	mctl_report_expect(report, "space F1", "frame", fn, "family", space->family->id, family);
	holders = count_holders(space, page, fn, pfn);
	mctl_report_expect(report, "space F1", "frame", fn, "references",
			   holders.leaves + holders.loans, refs);
	if (entry & MCTL_PT_RW)
		mctl_report_expect(report, "space S3", "frame", fn, "leaves of a writable frame", 1,
				   holders.leaves);
	if (holders.mapper == space)
		tally->family_frames += 1U << order;
}

/* Check F1 for a frame that the space has lent. Return: whether the space maps it too. */
static bool check_lent(const struct mctl_space *space, u32 fn, struct tally *tally)
{
	const struct mctl_table *table = &space->arena->table;
	struct mctl_report *report = tally->report;
	u32 page = 0, family = 0, refs = 0;
	struct holders holders;
	u64 pfn = 0;
	u8 state = 0;

	preempt_disable();
	if (fn < mctl_table_span(table)) {
		state = table->state[fn];
		page = table->tag[fn];
		family = table->link[fn].prev;
		refs = table->link[fn].next;
		pfn = mctl_table_pfn(table, fn);
	}
	preempt_enable();
	if (!mctl_report_expect(report, "space F1", "frame", fn, "lent, state",
				MCTL_STATE(MCTL_KIND_REGION, 0), state))
		return false;
	mctl_report_expect(report, "space F1", "frame", fn, "lent, page of the space", true,
			   page < space->nr_pages);
	mctl_report_expect(report, "space F1", "frame", fn, "lent, family", space->family->id,
			   family);
	holders = count_holders(space, page, fn, pfn);
	mctl_report_expect(report, "space F1", "frame", fn, "lent, references",
			   holders.leaves + holders.loans, refs);
	if (!holders.leaves && holders.lender == space)
		tally->family_frames++;
	return mctl_space_maps(space, fn);
}

/* Check S6 for the loans and the limit of a space. */
static void check_loans(const struct mctl_space *space, struct tally *tally)
{
	struct mctl_report *report = tally->report;
	u32 nr = 0, nr_away = 0, over;
	unsigned long fn;
	void *value;

	xa_for_each((struct xarray *)&space->loans, fn, value) {
		nr += xa_to_value(value);
		nr_away += !check_lent(space, fn, tally);
		cond_resched();
	}
	/* Loans of the frame of zeros count in nr_lent, but are not in space->loans. */
	mctl_report_expect(report, "space S6", "space", space->account, "nr_lent",
			   clamp_t(u32, space->nr_lent, nr, atomic_read(&space->nr_holds)),
			   space->nr_lent);
	mctl_report_expect(report, "space S6", "space", space->account, "nr_away", nr_away,
			   space->nr_away);
	over = space->limit ? max(mctl_space_charged(space), space->limit) - space->limit : 0;
	mctl_report_expect(report, "space S6", "space", space->account, "over the limit", 0, over);
}

static void check_leaf(const struct mctl_space *space, u32 page, unsigned int level, u64 entry,
		       struct tally *tally)
{
	const struct mctl_vma *vma = mctl_vma_lookup(&space->vmas, mctl_space_address(page));
	struct mctl_report *report = tally->report;
	u32 nr = level > 1 ? MCTL_LEAVES : 1;

	tally->mapped += nr;
	if (mctl_report_expect(report, "space S2", "page", page, "in a vma", true, !!vma)) {
		mctl_report_expect(report, "space S2", "page", page, "all of it in the vma", true,
				   vma->end - mctl_space_address(page) >= (u64)nr << PAGE_SHIFT);
		mctl_report_expect(report, "space S2", "page", page, "US, as the vma can be read",
				   !!(vma->rights & MCTL_VMA_R), !!(entry & MCTL_PT_US));
		mctl_report_expect(report, "space S2", "page", page, "RW without the right", false,
				   entry & MCTL_PT_RW && !(vma->rights & MCTL_VMA_W));
	}
	mctl_report_expect(report, "space S2", "page", page, "other bits",
			   space->flags & ~(MCTL_PT_A | MCTL_PT_US),
			   entry & ~(space->shadow.pt.address_mask | MCTL_PT_A | MCTL_PT_D |
				     MCTL_PT_US | MCTL_PT_RW | (level > 1 ? MCTL_PT_PS : 0)));
	if (mctl_space_is_zero(space, entry)) {
		tally->zero++;
		mctl_report_expect(report, "space S3", "page", page, "RW to the frame of zeros",
				   false, !!(entry & MCTL_PT_RW));
		return;
	}
	tally->frames += nr;
	check_frame(space, page, level, entry, tally);
}

static void check_space(const struct mctl_space *space, struct tally *tally)
{
	struct mctl_report *report = tally->report;
	unsigned int level;

	tally->mapped = 0;
	tally->zero = 0;
	tally->frames = 0;
	mctl_vma_check(&space->vmas, report);
	/* mctl_vma_check() reported this as I6; lookups would read beyond the array. */
	if (space->vmas.nr > space->vmas.capacity)
		return;
	for (u32 i = 0; i < space->vmas.nr; i++)
		mctl_report_expect(report, "space S9", "vma", i, "other rights", 0,
				   space->vmas.vma[i].rights & ~(MCTL_SPACE_R | MCTL_SPACE_W));
	for (u32 page = 0; page < space->nr_pages; page++) {
		u64 address = mctl_space_address(page);
		u64 entry;

		if (!(page % MCTL_LEAVES)) {
			page = mctl_space_skip(space, page, space->nr_pages);
			if (page == space->nr_pages)
				break;
			address = mctl_space_address(page);
			cond_resched();
		}
		entry = mctl_ptable_walk(&space->shadow.pt, address, &level);
		if (entry) {
			check_leaf(space, page, level, entry, tally);
			if (level > 1)
				page += MCTL_LEAVES - 1;
		}
	}
	mctl_report_expect(report, "space S2", "space", space->account, "mapped pages",
			   tally->mapped, space->shadow.pt.nr_mapped);
	mctl_report_expect(report, "space S6", "space", space->account, "nr_zero", tally->zero,
			   space->nr_zero);
	mctl_report_expect(report, "space S6", "space", space->account, "nr_frames", tally->frames,
			   space->nr_frames);
	check_loans(space, tally);
	mctl_shadow_check(&space->shadow, report);
	mctl_shadow_check_done(&space->shadow, report);
}

static void check_family(struct mctl_family *family, struct mctl_report *report)
{
	struct tally tally = { .report = report };
	const struct mctl_space *space;
	u32 nr = 0;

	mutex_lock(&family->lock);
	list_for_each_entry(space, &family->spaces, sibling) {
		check_space(space, &tally);
		tally.family_frames += space->nr_reading;
		nr++;
	}
	mctl_report_expect(report, "space F2", "family", family->id, "spaces", nr,
			   family->nr_spaces);
	mctl_report_expect(report, "space F2", "family", family->id, "frames", tally.family_frames,
			   family->nr_frames);
	mutex_unlock(&family->lock);
}

/* Check S8 for the frame of zeros. */
static void check_zeros(const struct mctl_arena *arena, struct mctl_report *report)
{
	const struct mctl_table *table = &arena->table;
	u32 fn = arena->spaces->zero, tag = 0;
	const void *address = NULL;
	u8 state = 0;

	preempt_disable();
	if (fn < mctl_table_span(table)) {
		state = table->state[fn];
		tag = table->tag[fn];
		address = mctl_arena_address(arena, fn);
	}
	preempt_enable();
	mctl_report_expect(report, "space S8", "frame", fn, "state of the zeros",
			   MCTL_STATE(MCTL_KIND_REGION, 0), state);
	mctl_report_expect(report, "space S8", "frame", fn, "page of the zeros", MCTL_NO_PAGE, tag);
	/* A memory error is reported as H1; reading the frame would raise another one. */
	if (address && PageHWPoison(virt_to_page(address)))
		return;
	mctl_report_expect(report, "space S8", "frame", fn, "zeros are zero", true,
			   address && !memchr_inv(address, 0, PAGE_SIZE));
}

/**
 * mctl_spaces_check() - test the invariants of all spaces
 * @arena: the arena
 * @report: where to report violations
 *
 * Context: Process context, may sleep, so not while CPUs are stopped. Takes arena->regions->lock.
 */
void mctl_spaces_check(struct mctl_arena *arena, struct mctl_report *report)
{
	const struct mctl_spaces *spaces = arena->spaces;
	const struct mctl_space *space;
	const struct list_head *region;
	struct mctl_family *family;
	u32 nr = 0, nr_regions = 0;

	mctl_report_expect(report, "space S1", "arena", 0, "entries that differed when unmapped", 0,
			   atomic64_read(&arena->spaces->nr_differed));
	mutex_lock(&arena->regions->lock);
	list_for_each_entry(family, &spaces->families, list)
		check_family(family, report);
	list_for_each_entry(space, &spaces->list, list)
		nr++;
	mctl_report_expect(report, "space S8", "arena", arena->id, "regions for processes", nr,
			   spaces->nr);
	mctl_report_expect(report, "space S8", "arena", arena->id, "holders of zeros", nr,
			   spaces->nr_zero);
	list_for_each(region, &arena->regions->list)
		nr_regions++;
	mctl_report_expect(report, "name N1", "arena", arena->id, "names of regions",
			   nr + nr_regions, mctl_names_count(arena));
	if (nr)
		check_zeros(arena, report);
	mutex_unlock(&arena->regions->lock);
}

/**
 * mctl_spaces_check_quarantine() - test F2 and F4 for the frames in quarantine
 * @arena: the arena, between mctl_spaces_freeze() and mctl_spaces_thaw()
 * @report: where to report violations
 *
 * Context: Process context, arena->regions->lock held.
 */
void mctl_spaces_check_quarantine(struct mctl_arena *arena, struct mctl_report *report)
{
	struct mctl_spaces *spaces = arena->spaces;
	const struct mctl_table *table = &arena->table;
	u32 fn = spaces->quarantine, nr = 0;
	struct mctl_space *space;

	list_for_each_entry(space, &spaces->list, list)
		space->nr_found = 0;
	preempt_disable();
	while (fn != MCTL_FN_NONE && nr < spaces->nr_quarantine) {
		if (!mctl_report_expect(report, "space F2", "frame", fn, "in quarantine, state",
					MCTL_STATE(MCTL_KIND_REGION, 0),
					fn < mctl_table_span(table) ? table->state[fn] : 0))
			break;
		mctl_report_expect(report, "space F2", "frame", fn, "in quarantine, page",
				   MCTL_NO_PAGE, table->tag[fn]);
		space = xa_load(&spaces->accounts, table->link[fn].prev);
		if (space)
			space->nr_found++;
		fn = table->link[fn].next;
		nr++;
	}
	preempt_enable();
	mctl_report_expect(report, "space F2", "arena", arena->id, "frames in quarantine",
			   fn == MCTL_FN_NONE ? nr : nr + 1, spaces->nr_quarantine);
	list_for_each_entry(space, &spaces->list, list)
		mctl_report_expect(report, "space F4", "space", space->account, "nr_quarantine",
				   space->nr_found, space->nr_quarantine);
}

/**
 * mctl_spaces_freeze() - stop all changes to spaces, and count their frames
 * @arena: the arena; arena->regions->lock is held
 * @nr_table: incremented by the number of frames that hold tables of spaces
 * @nr_region: incremented by the number of frames of kind REGION that spaces have, including the
 *	       frame of zeros and the frames in quarantine
 *
 * Context: Process context, may sleep. Takes each family->lock, until mctl_spaces_thaw().
 */
void mctl_spaces_freeze(struct mctl_arena *arena, u32 *nr_table, u32 *nr_region)
{
	struct mctl_spaces *spaces = arena->spaces;
	struct mctl_family *family;
	struct mctl_space *space;
	u32 tables = 0;

	list_for_each_entry(family, &spaces->families, list) {
		mutex_lock_nest_lock(&family->lock, &arena->regions->lock);
		*nr_region += family->nr_frames;
		list_for_each_entry(space, &family->spaces, sibling)
			tables += space->shadow.nr_tables;
	}
	*nr_table += tables;
	*nr_region += spaces->zero != MCTL_FN_NONE;
	cancel_delayed_work_sync(&spaces->work);
	*nr_region += spaces->nr_quarantine;
}

/**
 * mctl_spaces_thaw() - undo mctl_spaces_freeze()
 * @arena: the arena; arena->regions->lock is held
 *
 * Context: Process context. Releases each family->lock.
 */
void mctl_spaces_thaw(struct mctl_arena *arena)
{
	struct mctl_family *family;

	list_for_each_entry(family, &arena->spaces->families, list)
		mutex_unlock(&family->lock);
	if (arena->spaces->nr_quarantine)
		schedule_delayed_work(&arena->spaces->work, 1);
}
