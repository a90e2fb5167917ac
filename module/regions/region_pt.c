// SPDX-License-Identifier: GPL-2.0
/*
 * Shows the shadows of regions, compares them with the hardware's tables, and
 * checks them. See region.c for the invariants and the lock.
 *
 * Each entry of the shadow that translates a page of the region is compared:
 *
 *   leaf     with the entry that lookup_address() finds: its level, and all
 *            bits but A and D
 *   above    with the entry found in a walk from the root of the current
 *            address space, which shares the kernel half: all bits but A, D
 *            and the frame, since the shadow's tables are not the hardware's
 *
 * The processor may set A and D at any time; entries that differ only in these
 * are counted separately. While a region is mapped, the kernel neither frees nor
 * replaces the tables that map it.
 */
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "regions/region.h"

#define ACCESSED_DIRTY (MCTL_PT_A | MCTL_PT_D)

static struct mctl_region *find_by_address(struct mctl_arena *arena, u64 address)
{
	struct mctl_region *region;

	lockdep_assert_held(&arena->regions->lock);
	list_for_each_entry(region, &arena->regions->list, list) {
		if (address >= region->start && address < region->end)
			return region;
	}
	return NULL;
}

static int no_region(struct mctl_arena *arena, const char *name, struct mctl_error *error)
{
	return mctl_fail(error, -ENOENT, "no region %s in arena %s", name, arena->name);
}

/* --- the hardware's tables ---------------------------------------------------------------- */

/* The live entry at @level, above the leaves, that translates @address, or 0. */
static u64 walk_hardware(struct mm_struct *mm, unsigned long address, unsigned int level)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d;
	pud_t *pud;

	if (level == 5)
		return pgd_val(READ_ONCE(*pgd));
	if (pgd_none(*pgd))
		return 0;
	/* With 4 levels, p4d_offset() returns the entry of the root itself. */
	p4d = p4d_offset(pgd, address);
	if (level == 4)
		return p4d_val(READ_ONCE(*p4d));
	if (p4d_none(*p4d))
		return 0;
	pud = pud_offset(p4d, address);
	if (level == 3)
		return pud_val(READ_ONCE(*pud));
	if (pud_none(*pud) || (pud_val(*pud) & _PAGE_PSE))
		return 0;
	return pmd_val(READ_ONCE(*pmd_offset(pud, address)));
}

/* The live entry at @level for an @address that a region maps; 0 if there is none. */
static u64 hardware_entry(unsigned long address, unsigned int level)
{
	unsigned int found;
	u64 entry = 0;
	pte_t *pte;

	if (level > 1) {
		/* The active_mm that a kernel thread borrows may change when it is scheduled. */
		preempt_disable();
		entry = walk_hardware(current->active_mm, address, level);
		preempt_enable();
		return entry;
	}
	pte = lookup_address(address, &found);
	return pte && found == PG_LEVEL_4K ? pte_val(READ_ONCE(*pte)) : 0;
}

static void fill_entry(const struct mctl_region *region, const struct mctl_ptable_step *step,
		       u64 address, struct mctl_pt_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	strscpy(entry->region, region->name, sizeof(entry->region));
	entry->address = step->address;
	entry->entry = step->entry;
	entry->table = step->table;
	entry->level = step->level;
	entry->index = step->index;
	entry->leaf = step->leaf;
	/* Outside of the region the kernel may free live tables while we read them. */
	if (address >= region->start && address < region->end)
		entry->hardware = hardware_entry(address, step->level);
}

/* --- show --------------------------------------------------------------------------------- */

/**
 * mctl_region_walk() - translate an address, and report each entry of the walk
 * @arena: the arena
 * @name: name of the region, or NULL for the region that contains @address
 * @address: virtual address
 * @steps: filled with the entries, the highest level first
 * @physical: set to the physical address that @address translates to, or 0 if it is not mapped
 * @error: text of a refusal; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: the number of @steps filled, 1 to MEMCTL_MAX_LEVELS; -ENOENT if there is no such region;
 * -EFAULT if @address is not canonical.
 */
int mctl_region_walk(struct mctl_arena *arena, const char *name, u64 address,
		     struct mctl_pt_entry steps[MEMCTL_MAX_LEVELS], u64 *physical,
		     struct mctl_error *error)
{
	struct mctl_ptable_step step[MCTL_PT_MAX_LEVELS];
	const struct mctl_region *region;
	unsigned int nr = 0;
	int ret;

	*physical = 0;
	mutex_lock(&arena->regions->lock);
	region = name ? mctl_region_find(arena, name) : find_by_address(arena, address);
	if (!region) {
		ret = name ? no_region(arena, name, error) :
			     mctl_fail(error, -ENOENT, "address %#llx is in no region of arena %s",
				       address, arena->name);
		goto unlock;
	}
	nr = mctl_ptable_steps(&region->shadow.pt, address, step);
	for (unsigned int i = 0; i < nr; i++) {
		fill_entry(region, &step[i], address, &steps[i]);
		if (step[i].leaf)
			*physical = mctl_ptable_physical(&region->shadow.pt, address, step[i].level,
							 step[i].entry);
	}
	ret = nr;
	if (!nr)
		ret = mctl_fail(error, -EFAULT, "address %#llx is not canonical with %u levels",
				address, region->shadow.pt.format->nr_levels);
unlock:
	mutex_unlock(&arena->regions->lock);
	return ret;
}

/**
 * mctl_region_entries() - list the next present entries of a region's shadow
 * @arena: the arena
 * @id: id of the region
 * @cursor: where to continue; advanced past the entries listed
 * @entries: filled in the order of addresses, parents first
 * @nr: room in @entries
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: the number of @entries filled, 0 at the end; -ENOENT if there is no such region.
 */
int mctl_region_entries(struct mctl_arena *arena, u64 id, struct mctl_pt_cursor *cursor,
			struct mctl_pt_entry *entries, unsigned int nr)
{
	struct mctl_ptable_cursor place = { .address = cursor->address, .level = cursor->level };
	const struct mctl_region *region;
	const struct mctl_id *found;
	struct mctl_ptable_step step;
	int filled = 0;

	mutex_lock(&arena->regions->lock);
	found = mctl_ids_from(&arena->regions->ids, id);
	if (!found || found->value != id) {
		filled = -ENOENT;
		goto unlock;
	}
	region = container_of(found, struct mctl_region, id);
	if (!cursor->started)
		mctl_ptable_rewind(&region->shadow.pt, &place);
	while (filled < nr && mctl_ptable_next(&region->shadow.pt, &place, &step)) {
		fill_entry(region, &step, max_t(u64, step.address, region->start),
			   &entries[filled]);
		filled++;
	}
	cursor->address = place.address;
	cursor->level = place.level;
	cursor->started = true;
unlock:
	mutex_unlock(&arena->regions->lock);
	return filled;
}

/* --- compare ------------------------------------------------------------------------------ */

/* Where a comparison puts its counts and the first @nr mismatches. */
struct comparison {
	struct mctl_pt_verify *result;
	struct mctl_pt_entry *mismatches;
	unsigned int nr;
};

static void compare_entry(const struct mctl_region *region, const struct mctl_ptable_step *step,
			  u64 address, struct comparison *comparison)
{
	struct mctl_pt_verify *result = comparison->result;
	u64 different = step->entry ^ hardware_entry(address, step->level);

	/* The shadow has tables of its own: their addresses always differ. */
	if (step->level > 1 && !step->leaf)
		different &= ~region->shadow.pt.address_mask;
	result->nr_entries++;
	if (!step->broken && !(different & ~ACCESSED_DIRTY)) {
		result->nr_ignored += !!different;
		return;
	}
	result->nr_mismatch++;
	if (result->nr_listed < comparison->nr)
		fill_entry(region, step, address, &comparison->mismatches[result->nr_listed++]);
}

/*
 * Compare the walk of each page. An entry that translates several pages is compared once, at
 * the first of them.
 * Return: 0, or -EINTR if a fatal signal is pending.
 */
static int compare_region(const struct mctl_region *region, struct comparison *comparison)
{
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS];

	for (u64 address = region->start; address < region->end; address += PAGE_SIZE) {
		unsigned int nr = mctl_ptable_steps(&region->shadow.pt, address, steps);

		for (unsigned int i = 0; i < nr; i++) {
			if (address == region->start || address == steps[i].address)
				compare_entry(region, &steps[i], address, comparison);
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/**
 * mctl_region_verify() - compare shadows with the tables that the processor uses
 * @arena: the arena
 * @name: name of the region, or NULL for all regions
 * @result: filled with the counts
 * @mismatches: filled with the first @nr entries that differ; may be NULL if @nr is 0
 * @nr: room in @mismatches
 * @error: text of a refusal; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0, also if entries differ; -ENOENT if there is no such region; -EINTR if a fatal signal
 * is pending.
 */
int mctl_region_verify(struct mctl_arena *arena, const char *name, struct mctl_pt_verify *result,
		       struct mctl_pt_entry *mismatches, unsigned int nr, struct mctl_error *error)
{
	struct comparison comparison = { .result = result, .mismatches = mismatches, .nr = nr };
	const struct mctl_region *region;
	int ret = 0;

	memset(result, 0, sizeof(*result));
	if (mutex_lock_killable(&arena->regions->lock))
		return mctl_fail(error, -EINTR, "killed while a region was waited for");
	if (name && !mctl_region_find(arena, name))
		ret = no_region(arena, name, error);
	list_for_each_entry(region, &arena->regions->list, list) {
		if (!ret && (!name || !strcmp(region->name, name)))
			ret = compare_region(region, &comparison);
	}
	mutex_unlock(&arena->regions->lock);
	return ret;
}

/**
 * mctl_region_flip() - flip a bit of a shadow, to test that the checks find the damage
 * @arena: the arena
 * @address: virtual address in the region
 * @level: level of the entry's table, 1 for the leaf
 * @bit: bit of the entry, 0 to 63
 * @error: text of a refusal; may be NULL
 *
 * The hardware's tables are not touched. A second call restores the bit.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: 0; -EINVAL for a bad level or bit; -ENOENT if @address is in no region or the walk ends
 * above @level; -EBUSY if references to the region are held, since their holders use its shadow.
 */
int mctl_region_flip(struct mctl_arena *arena, u64 address, u32 level, u32 bit,
		     struct mctl_error *error)
{
	struct mctl_region *region;
	unsigned int nr_levels;
	int ret;

	mutex_lock(&arena->regions->lock);
	region = find_by_address(arena, address);
	if (!region) {
		ret = mctl_fail(error, -ENOENT, "address %#llx is in no region of arena %s",
				address, arena->name);
		goto unlock;
	}
	if (region->nr_users) {
		ret = mctl_fail(error, -EBUSY, "region %s is held by %u users", region->name,
				region->nr_users);
		goto unlock;
	}
	nr_levels = region->shadow.pt.format->nr_levels;
	ret = mctl_ptable_flip(&region->shadow.pt, address, level, bit);
	if (ret == -EINVAL)
		mctl_fail(error, ret, "level %u bit %u: level 1 to %u, bit 0 to 63", level, bit,
			  nr_levels);
	else if (ret)
		mctl_fail(error, ret, "no entry for address %#llx at level %u of region %s",
			  address, level, region->name);
	else
		mctl_arena_touch(arena);
unlock:
	mutex_unlock(&arena->regions->lock);
	return ret;
}

/* --- check -------------------------------------------------------------------------------- */

/* Check I1 and I2 for one page. */
static void check_page(const struct mctl_region *region, u32 page, struct mctl_report *report)
{
	const struct mctl_table *table = &region->arena->table;
	const struct mctl_ptable *pt = &region->shadow.pt;
	u64 address = region->start + ((u64)page << PAGE_SHIFT);
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS];
	u32 fn = region->fns[page];
	unsigned int nr;
	u64 pfn, found;
	u32 state, tag;

	preempt_disable();
	state = table->state[fn];
	tag = table->tag[fn];
	pfn = mctl_table_pfn(table, fn);
	preempt_enable();
	mctl_report_expect(report, "region I1", "frame", fn, "state",
			   MCTL_STATE(MCTL_KIND_REGION, 0), state);
	mctl_report_expect(report, "region I1", "frame", fn, "tag", page, tag);

	nr = mctl_ptable_steps(pt, address, steps);
	found = nr == pt->format->nr_levels ? steps[nr - 1].entry : 0;
	mctl_report_expect(report, "region I2", "page", address, "shadow entry",
			   pfn << PAGE_SHIFT | region->flags, found);
}

/**
 * mctl_regions_check() - test the invariants of all regions and their shadows
 * @arena: the arena
 * @report: where to report violations
 *
 * Context: Process context, may sleep, so not while CPUs are stopped. Takes arena->regions->lock.
 */
void mctl_regions_check(struct mctl_arena *arena, struct mctl_report *report)
{
	const struct mctl_region *region;
	u32 nr = 0;

	mutex_lock(&arena->regions->lock);
	list_for_each_entry(region, &arena->regions->list, list) {
		for (u32 page = 0; page < region->nr_pages; page++) {
			check_page(region, page, report);
			cond_resched();
		}
		mctl_report_expect(report, "region I2", "region", nr, "mapped pages",
				   region->nr_pages, region->shadow.pt.nr_mapped);
		mctl_shadow_check(&region->shadow, report);
		nr++;
	}
	list_for_each_entry(region, &arena->regions->list, list)
		mctl_shadow_check_done(&region->shadow, report);
	mctl_report_expect(report, "region I3", "regions", 0, "nr", nr, arena->regions->nr);
	mutex_unlock(&arena->regions->lock);
}
