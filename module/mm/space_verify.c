// SPDX-License-Identifier: GPL-2.0
/*
 * The comparison of the processes' tables with the shadow (S1), and the
 * shadow shown, walked and damaged on purpose. See space.c for the locks.
 *
 * For each process that maps a space, and each of its vmas that does: every
 * entry present in the process's tables is compared with what the shadow's
 * leaf for its page comes to under the vma's rights.
 *
 *   leaf of 4 KiB   all of its bits but A, D and software's
 *   leaf of 2 MiB   the same, and the shadow's must be one too
 *   above           P, RW, US and no NX: as the host makes them, and as the
 *                   shadow's own tables have them
 *
 * mmap_lock keeps the vma and its tables, family->lock the shadow and all
 * entries that we set. What differs all the same is looked at once more: the
 * processor sets A and D when it likes, and an entry is read without the lock
 * of its table. Both locks are let go of between leaf tables. The shadow may
 * change then, each table being compared as it is at its time. A mapping that
 * has changed is begun again, a few times; one that went, or has changed each
 * time, is counted. A process that is about to end has nothing to compare.
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "mm/space_process.h"
#include "mm/verify.h"

#define CACHE_BITS (MCTL_PT_PWT | MCTL_PT_PCD | MCTL_PT_G)
/* Looks at an entry that differs, and at a mapping that changes. */
#define NR_TRIES 3

/**
 * struct comparison - what a verify is about
 * @space: the space
 * @user: the process
 * @pid: its number
 * @result: counts
 * @mismatches: the first ones
 * @nr: room for them
 */
struct comparison {
	struct mctl_space *space;
	struct mctl_space_user *user;
	int pid;
	struct mctl_space_verify *result;
	struct mctl_space_mismatch *mismatches;
	unsigned int nr;
};

/* --- compare -------------------------------------------------------------------------------- */

/**
 * mctl_space_compare() - how an entry differs from what the shadow's leaf comes to
 * @space: family->lock is held
 * @vma: has the entry
 * @page: of the space, that the entry is for
 * @found: the entry, present
 * @expected: becomes what it should be, 0 for none
 *
 * Context: Process.
 * Return: enum mctl_pt_difference.
 */
u32 mctl_space_compare(const struct mctl_space *space, const struct vm_area_struct *vma, u32 page,
		       const struct mctl_space_found *found, u64 *expected)
{
	const struct mctl_ptable *pt = &space->shadow.pt;
	u64 address = mctl_space_address(page);
	u32 different = 0;
	unsigned int level;
	u64 leaf, bits;

	*expected = 0;
	leaf = mctl_ptable_walk(pt, address, &level);
	if (!leaf)
		return MCTL_DIFFERENT_PRESENT;
	if (found->level > level)
		different |= MCTL_DIFFERENT_LEVEL;
	if (found->level == 1)
		leaf = mctl_space_small(space, page, level, leaf);
	*expected = mctl_space_hardware(vma, leaf);

	bits = found->entry ^ *expected;
	if (bits & pt->address_mask)
		different |= MCTL_DIFFERENT_FRAME;
	if (bits & MCTL_PT_RW)
		different |= MCTL_DIFFERENT_RW;
	if (bits & MCTL_PT_US)
		different |= MCTL_DIFFERENT_US;
	if (bits & MCTL_PT_NX)
		different |= MCTL_DIFFERENT_NX;
	if (bits & (CACHE_BITS | (found->level == 1 ? MCTL_PT_PAT : 0)))
		different |= MCTL_DIFFERENT_CACHE;
	if (bits & MCTL_PT_P || !(found->above & MCTL_PT_P))
		different |= MCTL_DIFFERENT_PRESENT;
	if (!(found->above & MCTL_PT_RW))
		different |= MCTL_DIFFERENT_RW;
	if (!(found->above & MCTL_PT_US))
		different |= MCTL_DIFFERENT_US;
	if (found->above & MCTL_PT_NX)
		different |= MCTL_DIFFERENT_NX;
	return different;
}

static void list_mismatch(struct comparison *c, u64 user, u32 page,
			  const struct mctl_space_found *found, u64 expected, u32 different)
{
	struct mctl_space_mismatch *mismatch;

	c->result->nr_mismatch++;
	if (c->result->nr_listed >= c->nr)
		return;
	mismatch = &c->mismatches[c->result->nr_listed++];
	memset(mismatch, 0, sizeof(*mismatch));
	strscpy(mismatch->region, c->space->name, sizeof(mismatch->region));
	mismatch->pid = c->pid;
	mismatch->address = mctl_space_address(page);
	mismatch->user = user;
	mismatch->shadow = expected;
	mismatch->hardware = found->entry;
	mismatch->level = found->level;
	mismatch->different = different;
}

/* Have the shadow know of A and D that a process's entry has. */
static void fold(struct comparison *c, u32 page, const struct mctl_space_found *found)
{
	u64 bits = found->entry & (MCTL_PT_A | MCTL_PT_D);
	struct mctl_ptable *pt = &c->space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	u64 entry;

	c->result->nr_accessed += !!(bits & MCTL_PT_A);
	c->result->nr_dirty += !!(bits & MCTL_PT_D);
	if (leaves == MCTL_PT_NO_PFN) {
		if (bits)
			mctl_ptable_protect(pt, mctl_space_address(round_down(page, MCTL_LEAVES)),
					    MCTL_LEAVES, bits, bits);
		return;
	}
	entry = mctl_ptable_entry(pt, leaves, page % MCTL_LEAVES);
	if (entry)
		mctl_ptable_set_leaf(pt, leaves, page % MCTL_LEAVES, entry | bits);
}

/* Compare the entry for one page. Return: pages that it stands for. */
static u32 compare_page(struct comparison *c, const struct vm_area_struct *vma, u64 user, u32 page)
{
	struct mctl_space_verify *result = c->result;
	u32 different = 0;
	struct mctl_space_found found;
	unsigned int level;
	u64 expected;

	for (unsigned int try = 0; try < NR_TRIES; try++) {
		mctl_space_walk_process(vma->vm_mm, user, &found);
		if (!found.entry) {
			if (mctl_ptable_walk(&c->space->shadow.pt, mctl_space_address(page),
					     &level))
				result->nr_absent++;
			return 1;
		}
		different = mctl_space_compare(c->space, vma, page, &found, &expected);
		if (!different)
			break;
	}
	result->nr_entries++;
	if (different) {
		list_mismatch(c, user, page, &found, expected, different);
		return found.level > 1 ? MCTL_LEAVES : 1;
	}
	fold(c, page, &found);
	if (found.level > 1) {
		result->nr_large++;
		return MCTL_LEAVES - page % MCTL_LEAVES;
	}
	mctl_ptable_walk(&c->space->shadow.pt, mctl_space_address(page), &level);
	result->nr_small += level > 1;
	return 1;
}

/* --- mappings ------------------------------------------------------------------------------- */

/**
 * struct snapshot - a mapping, as it was when its comparison began
 * @start: first address
 * @end: address behind the last byte
 * @first: page of the space at @start
 * @flags: VM_*
 */
struct snapshot {
	u64 start;
	u64 end;
	unsigned long first;
	unsigned long flags;
};

/* The first vma at or behind an address that maps the space; mmap_lock is held. */
static struct vm_area_struct *find_mapping(const struct comparison *c, struct mm_struct *mm,
					   u64 address)
{
	struct vm_area_struct *vma;

	while ((vma = find_vma(mm, address))) {
		const struct mctl_space_user *user = mctl_space_user_of(vma);

		if (user && user->space == c->space)
			return vma;
		address = vma->vm_end;
	}
	return NULL;
}

/* Return: whether there is a mapping at or behind @address. */
static bool take_snapshot(const struct comparison *c, struct mm_struct *mm, u64 address,
			  struct snapshot *snapshot)
{
	const struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = find_mapping(c, mm, address);
	if (vma)
		*snapshot = (struct snapshot){
			.start = vma->vm_start,
			.end = vma->vm_end,
			.first = vma->vm_pgoff,
			.flags = vma->vm_flags,
		};
	mmap_read_unlock(mm);
	return vma;
}

static bool is_same(const struct vm_area_struct *vma, const struct snapshot *snapshot)
{
	return vma && vma->vm_start == snapshot->start && vma->vm_end == snapshot->end &&
	       vma->vm_pgoff == snapshot->first && vma->vm_flags == snapshot->flags;
}

/* Compare some pages from @done on. Return: whether the mapping is what it was. */
static bool compare_batch(struct comparison *c, struct mm_struct *mm,
			  const struct snapshot *snapshot, u32 *done)
{
	u32 stop = min_t(u64, (snapshot->end - snapshot->start) >> PAGE_SHIFT, *done + MCTL_LEAVES);
	const struct vm_area_struct *vma;
	bool same;

	mmap_read_lock(mm);
	vma = find_mapping(c, mm, snapshot->start);
	same = is_same(vma, snapshot);
	mutex_lock(&c->space->family->lock);
	while (same && *done < stop)
		*done += compare_page(c, vma, vma->vm_start + ((u64)*done << PAGE_SHIFT),
				      vma->vm_pgoff + *done);
	mutex_unlock(&c->space->family->lock);
	mmap_read_unlock(mm);
	cond_resched();
	return same;
}

static bool compare_mapping(struct comparison *c, struct mm_struct *mm,
			    const struct snapshot *snapshot)
{
	u32 nr = (snapshot->end - snapshot->start) >> PAGE_SHIFT, done = 0;

	while (done < nr) {
		if (!compare_batch(c, mm, snapshot, &done))
			return false;
	}
	return true;
}

/* What was counted of a mapping that is begun again. What differed, did. */
static void forget(struct mctl_space_verify *result, const struct mctl_space_verify *before)
{
	result->nr_entries = before->nr_entries;
	result->nr_absent = before->nr_absent;
	result->nr_large = before->nr_large;
	result->nr_small = before->nr_small;
	result->nr_accessed = before->nr_accessed;
	result->nr_dirty = before->nr_dirty;
}

/* Compare a mapping, again if it changes meanwhile. Return: where to look for the next one. */
static u64 compare_stable(struct comparison *c, struct mm_struct *mm, struct snapshot *snapshot)
{
	const struct mctl_space_verify before = *c->result;

	c->result->nr_mappings++;
	for (unsigned int try = 1; !compare_mapping(c, mm, snapshot); try++) {
		u64 end = snapshot->end;

		if (try == NR_TRIES || !take_snapshot(c, mm, snapshot->start, snapshot) ||
		    snapshot->start >= end) {
			c->result->nr_changed++;
			return end;
		}
		c->result->nr_retried++;
		forget(c->result, &before);
	}
	return snapshot->end;
}

/* --- processes ------------------------------------------------------------------------------ */

static void compare_process(struct comparison *c, struct mm_struct *mm)
{
	struct snapshot snapshot;
	u64 address = 0;

	c->result->nr_processes++;
	while (take_snapshot(c, mm, address, &snapshot))
		address = compare_stable(c, mm, &snapshot);
}

static void compare_space(struct comparison *c, int pid)
{
	struct mm_struct *mm;
	u64 last = 0;

	c->result->nr_regions++;
	while ((mm = mctl_space_next_process(c->space, &last, &c->pid, NULL))) {
		if (!pid || pid == c->pid)
			compare_process(c, mm);
		/* It may be the last one: then our own close() is called. */
		mmput(mm);
	}
}

/* The next space from @nth on that is asked for, held; or NULL. */
static struct mctl_space *next_space(struct mctl_arena *arena, const char *name, u32 *nth)
{
	struct mctl_space *space, *found = NULL;
	u32 i = 0;

	mutex_lock(&arena->regions.lock);
	list_for_each_entry(space, &arena->spaces.list, list) {
		if (i++ < *nth)
			continue;
		(*nth)++;
		if (name && strcmp(space->name, name))
			continue;
		mctl_space_hold(space);
		found = space;
		break;
	}
	mutex_unlock(&arena->regions.lock);
	return found;
}

/**
 * mctl_space_verify() - compare the tables of processes with the shadow
 * @arena: whose regions
 * @name: of the region, or NULL for all regions for processes
 * @pid: of a thread group; 0 for all processes
 * @result: counts
 * @mismatches: the first @nr entries that differ; may be NULL when @nr is 0
 * @nr: room in @mismatches
 * @error: why not; may be NULL
 *
 * A and D of the processes' entries are folded into the shadow.
 *
 * Context: Process, sleeps. Takes mmap_lock of every process that maps one.
 * Return: 0, whatever the result; -ENOENT when there is no such region.
 */
int mctl_space_verify(struct mctl_arena *arena, const char *name, int pid,
		      struct mctl_space_verify *result, struct mctl_space_mismatch *mismatches,
		      unsigned int nr, struct mctl_error *error)
{
	struct comparison c = { .result = result, .mismatches = mismatches, .nr = nr };
	u32 nth = 0;

	memset(result, 0, sizeof(*result));
	while ((c.space = next_space(arena, name, &nth))) {
		compare_space(&c, pid);
		mctl_space_put(c.space);
	}
	if (name && !result->nr_regions)
		return mctl_fail(error, -ENOENT, "arena %s has no region %s for processes",
				 arena->name, name);
	return 0;
}

/* --- the shadow ----------------------------------------------------------------------------- */

/**
 * mctl_space_flip() - damage a shadow, to show that the checks find it
 * @arena: whose region
 * @name: of the region
 * @address: in the region
 * @level: of the entry's table, 1 for the leaf of 4 KiB
 * @bit: of the entry, 0 to 63
 * @error: why not; may be NULL
 *
 * The tables of processes are not touched. A second call brings the bit back. Until then nothing
 * else is to be done with the region but to verify it.
 *
 * Context: Process, may sleep.
 * Return: 0; -EINVAL for a bad level or bit, -ENOENT when there is no such region, or the walk
 * ends above @level.
 */
int mctl_space_flip(struct mctl_arena *arena, const char *name, u64 address, u32 level, u32 bit,
		    struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	int ret;

	if (!space)
		return -ENOENT;
	mutex_lock(&space->family->lock);
	ret = mctl_ptable_flip(&space->shadow.pt, address, level, bit);
	mutex_unlock(&space->family->lock);
	mctl_space_put(space);
	if (ret == -EINVAL)
		mctl_fail(error, ret, "level %u bit %u: level 1 to %u, bit 0 to 63", level, bit,
			  MEMCTL_MAX_LEVELS);
	else if (ret)
		mctl_fail(error, ret, "no entry for address %#llx at level %u of region %s",
			  address, level, name);
	else
		mctl_arena_touch(arena);
	return ret;
}

static void fill_entry(const struct mctl_space *space, const struct mctl_ptable_step *step,
		       struct mctl_pt_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	strscpy(entry->region, space->name, sizeof(entry->region));
	entry->address = step->address;
	entry->entry = step->entry;
	entry->table = step->table;
	entry->level = step->level;
	entry->index = step->index;
	entry->leaf = step->leaf;
}

/**
 * mctl_space_walk() - translate an address, with every entry met
 * @arena: whose region
 * @name: of the region
 * @address: in the region
 * @steps: filled, the highest level first; no entry of the hardware's, which are the processes'
 * @physical: physical address that @address leads to, 0 where nothing is mapped
 * @error: why not; may be NULL
 *
 * Context: Process, may sleep.
 * Return: steps filled; -ENOENT when there is no such region, -EFAULT when @address is not
 * canonical.
 */
int mctl_space_walk(struct mctl_arena *arena, const char *name, u64 address,
		    struct mctl_pt_entry steps[MEMCTL_MAX_LEVELS], u64 *physical,
		    struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	struct mctl_ptable_step step[MCTL_PT_MAX_LEVELS];
	unsigned int nr;

	*physical = 0;
	if (!space)
		return -ENOENT;
	mutex_lock(&space->family->lock);
	nr = mctl_ptable_steps(&space->shadow.pt, address, step);
	for (unsigned int i = 0; i < nr; i++) {
		fill_entry(space, &step[i], &steps[i]);
		if (step[i].leaf)
			*physical = mctl_ptable_physical(&space->shadow.pt, address, step[i].level,
							 step[i].entry);
	}
	mutex_unlock(&space->family->lock);
	mctl_space_put(space);
	if (nr)
		return nr;
	return mctl_fail(error, -EFAULT, "address %#llx is not canonical", address);
}

/**
 * mctl_space_entries() - the next present entries of a shadow
 * @arena: whose region
 * @name: of the region
 * @cursor: where to go on; moved behind what was filled
 * @entries: filled, by address, parents first
 * @nr: how many at most
 *
 * Context: Process, may sleep.
 * Return: entries filled, 0 at the end; -ENOENT when there is no such region.
 */
int mctl_space_entries(struct mctl_arena *arena, const char *name, struct mctl_pt_cursor *cursor,
		       struct mctl_pt_entry *entries, unsigned int nr)
{
	struct mctl_ptable_cursor place = { .address = cursor->address, .level = cursor->level };
	struct mctl_space *space = mctl_space_get(arena, name);
	struct mctl_ptable_step step;
	int filled = 0;

	if (!space)
		return -ENOENT;
	mutex_lock(&space->family->lock);
	if (!cursor->started)
		mctl_ptable_rewind(&space->shadow.pt, &place);
	while (filled < nr && mctl_ptable_next(&space->shadow.pt, &place, &step))
		fill_entry(space, &step, &entries[filled++]);
	cursor->address = place.address;
	cursor->level = place.level;
	cursor->started = true;
	mutex_unlock(&space->family->lock);
	mctl_space_put(space);
	return filled;
}
