// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the processes' tables with the shadow (S1). See space.c for the locks,
 * space_walk.c for how processes are walked.
 *
 * For each process that maps a space, and each of its vmas that does, every entry
 * present in the process's tables is compared with the shadow's leaf for its page,
 * restricted to the rights of the vma:
 *
 *   leaf of 4 KiB   all bits but A, D and software bits
 *   leaf of 2 MiB   the same, and the shadow's leaf must be of 2 MiB too
 *   above           P, RW, US and no NX: as the host makes these entries, and as
 *                   they are in the shadow's own tables
 *
 * During a comparison, mmap_lock keeps the vma and its tables from changing, and
 * family->lock the shadow and all entries that the module sets. An entry that
 * differs is read again, NR_TRIES times in all, because the processor may set A and
 * D at any time, and because it is read without the page table lock. Both locks are
 * dropped between slices of the walk. The shadow may change then: each entry is
 * compared with the shadow as it is at that moment. A mapping that has changed is
 * started again, a few times; mappings that were unmapped, or changed each time,
 * are counted. Exiting processes are skipped. Processes whose mmap_lock stays taken
 * are counted, and the first is named.
 *
 * Pages that the shadow maps but a process does not are not searched one by one.
 * Their number is that of the pages that the shadow maps in the range of the
 * mapping, from sums over leaf tables that are made once for each process, minus
 * the pages that both map.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "host/host.h"
#include "spaces/space_walk.h"

#define CACHE_BITS (MCTL_PT_PWT | MCTL_PT_PCD | MCTL_PT_G)
/* Tries to compare an entry that differs, and a mapping that changes. */
#define NR_TRIES 3

/**
 * struct comparison - a comparison in progress
 * @space: the current space
 * @walk: walk of its processes
 * @before: number of pages that the shadow maps before each leaf table, and in total at the end
 * @sequence: space->sequence when @before was computed
 * @result: the counts
 * @mismatches: the first @nr mismatches
 * @nr: room in @mismatches
 * @kept: copy of @result from when the comparison of the mapping began
 * @both: pages of the mapping that both process and shadow map
 * @again: end of the mapping that is to be started again, or 0
 * @try: how often the mapping has been started
 */
struct comparison {
	struct mctl_space *space;
	struct mctl_space_walk walk;
	u32 *before;
	u64 sequence;
	struct mctl_space_verify *result;
	struct mctl_space_mismatch *mismatches;
	unsigned int nr;
	struct mctl_space_verify kept;
	u64 both;
	u64 again;
	unsigned int try;
};

/* --- compare -------------------------------------------------------------------------------- */

/**
 * mctl_space_compare() - compare an entry of a process with the shadow
 * @space: the space; family->lock is held
 * @vma: the vma of the entry
 * @page: page of the space that the entry maps
 * @found: the entry, which is present
 * @expected: set to the entry that the process should have, 0 for none
 *
 * Context: Process context.
 * Return: bits of enum mctl_pt_difference; 0 if the entry is as expected.
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
	mismatch->pid = c->walk.pid;
	mismatch->address = mctl_space_address(page);
	mismatch->user = user;
	mismatch->shadow = expected;
	mismatch->hardware = found->entry;
	mismatch->level = found->level;
	mismatch->different = different;
}

/* Fold A and D of a process's entry into the shadow's leaf. */
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

/* Compare a present entry. Return: the address to continue at. */
static u64 compare_entry(void *context, const struct vm_area_struct *vma, u64 user,
			 const struct mctl_space_found *present)
{
	u32 page = vma->vm_pgoff + ((user - vma->vm_start) >> PAGE_SHIFT), nr = 1;
	struct mctl_space_found found = *present;
	struct comparison *c = context;
	struct mctl_space_verify *result = c->result;
	u32 different = 0;
	unsigned int level;
	u64 expected;

	for (unsigned int try = 0; try < NR_TRIES; try++) {
		if (try)
			mctl_space_look_up(vma->vm_mm, user, &found);
		if (!found.entry)
			return user + PAGE_SIZE;
		different = mctl_space_compare(c->space, vma, page, &found, &expected);
		if (!different)
			break;
	}
	result->nr_entries++;
	if (found.level > 1)
		nr = min_t(u64, MCTL_LEAVES - page % MCTL_LEAVES,
			   (vma->vm_end - user) >> PAGE_SHIFT);
	c->both += expected ? nr : 0;
	if (different) {
		list_mismatch(c, user, page, &found, expected, different);
		return user + ((u64)nr << PAGE_SHIFT);
	}
	fold(c, page, &found);
	if (found.level > 1) {
		result->nr_large++;
	} else {
		mctl_ptable_walk(&c->space->shadow.pt, mctl_space_address(page), &level);
		result->nr_small += level > 1;
	}
	return user + ((u64)nr << PAGE_SHIFT);
}

/* --- pages that the shadow maps ------------------------------------------------------------- */

static size_t size_of_sums(const struct mctl_space *space)
{
	return (DIV_ROUND_UP(space->nr_pages, MCTL_LEAVES) + 1) * sizeof(u32);
}

/*
 * Number of pages that the shadow maps among the first @nr from @page on, all of which one leaf
 * table, or a leaf of 2 MiB in its place, translates.
 */
static u32 count_table(const struct mctl_space *space, u32 page, u32 nr)
{
	const struct mctl_ptable *pt = &space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	unsigned int level;
	u32 mapped = 0;

	if (leaves == MCTL_PT_NO_PFN)
		return mctl_ptable_walk(pt, mctl_space_address(page), &level) ? nr : 0;
	if (nr == MCTL_LEAVES)
		return pt->ops->count(pt->context, leaves, 0);
	for (u32 i = 0; i < nr; i++)
		mapped += !!mctl_ptable_entry(pt, leaves, i);
	return mapped;
}

/* Compute the sums, if the shadow has changed since the last time. Return: 0, or -EINTR. */
static int sum_up(struct comparison *c)
{
	const struct mctl_space *space = c->space;
	u32 nr = space->nr_pages, page = 0, table = 0, sum = 0;
	int ret = 0;

	if (mutex_lock_killable(&space->family->lock))
		return -EINTR;
	if (c->sequence == space->sequence)
		goto unlock;
	while (!ret && (page = mctl_space_skip(space, page, nr)) < nr) {
		while (table <= page / MCTL_LEAVES)
			c->before[table++] = sum;
		page = round_down(page, MCTL_LEAVES);
		sum += count_table(space, page, MCTL_LEAVES);
		page += MCTL_LEAVES;
		cond_resched();
		ret = fatal_signal_pending(current) ? -EINTR : 0;
	}
	while (table < size_of_sums(space) / sizeof(u32))
		c->before[table++] = sum;
	c->sequence = space->sequence;
unlock:
	mutex_unlock(&space->family->lock);
	return ret;
}

/* Number of pages that the shadow maps below a page. */
static u32 mapped_before(const struct comparison *c, u32 page)
{
	u32 first = round_down(page, MCTL_LEAVES);

	return c->before[page / MCTL_LEAVES] +
	       (page > first ? count_table(c->space, first, page - first) : 0);
}

/* --- mappings ------------------------------------------------------------------------------- */

static void begin_mapping(void *context, const struct mctl_space_mapping *mapping)
{
	struct comparison *c = context;

	c->both = 0;
	/* The mapping that is started again, or what is in its place. */
	if (mapping->start < c->again) {
		c->result->nr_retried++;
		return;
	}
	if (c->again)
		c->result->nr_changed++;
	c->again = 0;
	c->try = 1;
	c->result->nr_mappings++;
	c->kept = *c->result;
}

static void end_mapping(void *context, const struct mctl_space_mapping *mapping)
{
	struct comparison *c = context;
	u32 nr = (mapping->end - mapping->start) >> PAGE_SHIFT;
	u32 mapped = mapped_before(c, mapping->first + nr) - mapped_before(c, mapping->first);

	/* Not negative: the sums may be older than the comparison. */
	c->result->nr_absent += mapped > c->both ? mapped - c->both : 0;
	c->again = 0;
}

/* Discard the counts of a mapping that changed, to start it again. Mismatches are kept. */
static bool begin_again(void *context)
{
	struct comparison *c = context;
	struct mctl_space_verify *result = c->result;

	if (c->try++ == NR_TRIES) {
		c->again = 0;
		result->nr_changed++;
		return false;
	}
	result->nr_entries = c->kept.nr_entries;
	result->nr_large = c->kept.nr_large;
	result->nr_small = c->kept.nr_small;
	result->nr_accessed = c->kept.nr_accessed;
	result->nr_dirty = c->kept.nr_dirty;
	c->again = c->walk.mapping.end;
	return true;
}

static const struct mctl_space_visitor visitor = {
	.begin = begin_mapping,
	.entry = compare_entry,
	.end = end_mapping,
	.changed = begin_again,
};

/* --- processes ------------------------------------------------------------------------------ */

static int compare_process(struct comparison *c)
{
	struct mctl_space_verify *result = c->result;
	int ret = sum_up(c);

	if (ret)
		return ret;
	c->again = 0;
	result->nr_processes++;
	ret = mctl_space_walk_mappings(&c->walk, &visitor, c);
	/* A mapping to be started again was unmapped, or the walk ran out of vmas (W4). */
	if (c->again || !c->walk.nr_left)
		result->nr_changed++;
	if (ret != -EBUSY)
		return ret;
	if (!result->nr_busy++)
		result->busy_pid = c->walk.pid;
	return 0;
}

static int compare_space(struct comparison *c, int pid)
{
	int ret = mctl_space_walk_begin(&c->walk, c->space, 0);

	c->result->nr_regions++;
	c->sequence = U64_MAX;
	c->before = mctl_arena_meta_alloc(c->space->arena, size_of_sums(c->space));
	if (!c->before)
		ret = -ENOMEM;
	while (!ret) {
		ret = mctl_space_walk_next(&c->walk);
		if (!ret && (!pid || pid == c->walk.pid))
			ret = compare_process(c);
	}
	mctl_space_walk_end(&c->walk);
	mctl_arena_meta_free(c->space->arena, c->before, size_of_sums(c->space));
	return ret == -ENOENT ? 0 : ret;
}

static int compare_named(struct comparison *c, struct mctl_arena *arena, const char *name, int pid)
{
	int ret;

	c->space = mctl_space_get(arena, name);
	if (!c->space)
		return -ENOENT;
	ret = compare_space(c, pid);
	mctl_space_put(c->space);
	return ret;
}

static int compare_all(struct comparison *c, struct mctl_arena *arena, int pid)
{
	u64 id = 1;
	int ret = 0;

	while (!ret && (c->space = mctl_space_get_from(arena, id))) {
		ret = compare_space(c, pid);
		id = c->space->id.value + 1;
		mctl_space_put(c->space);
	}
	return ret;
}

/**
 * mctl_space_busy() - describe the processes that could not be compared
 * @result: result of mctl_space_verify(), with nr_busy not 0
 * @error: filled with the text; may be NULL
 *
 * Context: Any context.
 * Return: -EBUSY.
 */
int mctl_space_busy(const struct mctl_space_verify *result, struct mctl_error *error)
{
	return mctl_fail(error, -EBUSY,
			 "process %d does not let go of its address space (%llu such)",
			 result->busy_pid, result->nr_busy);
}

/**
 * mctl_space_verify() - compare the tables of processes with the shadow
 * @arena: the arena
 * @name: name of the region, or NULL for all regions for processes
 * @pid: pid of a thread group, or 0 for all processes
 * @result: filled with the counts
 * @mismatches: filled with the first @nr entries that differ; may be NULL if @nr is 0
 * @nr: room in @mismatches
 * @error: text on failure; may be NULL
 *
 * A and D of the processes' entries are folded into the shadow.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock and family->lock, and tries the
 * mmap_lock of every process that maps one of the regions (space_walk.c).
 * Return: 0, also if entries differ; -ENOENT if there is no such region; -ENOMEM if there is no
 * memory to compare; -EINTR if the caller is killed.
 */
int mctl_space_verify(struct mctl_arena *arena, const char *name, int pid,
		      struct mctl_space_verify *result, struct mctl_space_mismatch *mismatches,
		      unsigned int nr, struct mctl_error *error)
{
	struct comparison *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int ret = -ENOMEM;

	memset(result, 0, sizeof(*result));
	if (c) {
		c->result = result;
		c->mismatches = mismatches;
		c->nr = nr;
		ret = name ? compare_named(c, arena, name, pid) : compare_all(c, arena, pid);
		kfree(c);
	}
	switch (ret) {
	case -ENOENT:
		return mctl_fail(error, ret, "arena %s has no region %s for processes", arena->name,
				 name);
	case -ENOMEM:
		return mctl_fail(error, ret, "no memory to compare regions of arena %s with",
				 arena->name);
	case -EINTR:
		return mctl_fail(error, ret, "killed while regions were compared");
	default:
		return ret;
	}
}
