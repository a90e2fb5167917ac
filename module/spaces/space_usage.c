// SPDX-License-Identifier: GPL-2.0
/*
 * The memory usage of spaces and their vmas, in the terms of smem and of the
 * host's smaps.
 *
 *   VSS  bytes in vmas
 *   RSS  bytes backed by frames, without the frame of zeros
 *   PSS  RSS, each frame divided by its references
 *   USS  the part of RSS whose frames have no other reference
 *
 * See space.c for the lock.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "spaces/space_internal.h"

/**
 * struct usage - counts of what the shadow maps in a range
 * @mapped: pages mapped
 * @zero: pages mapped to the frame of zeros
 * @large: leaves of 2 MiB
 * @rss: pages mapped to other frames
 * @uss: pages of @rss whose frame has one reference
 * @pss: bytes of @rss, each page divided by the references to its frame
 * @dirty: pages with D
 * @accessed: pages with A
 * @shared_dirty: pages of @rss with D whose frame has more than one reference
 * @private_dirty: pages of @rss with D whose frame has one reference
 * @pss_dirty: bytes of @pss in pages with D
 */
struct usage {
	u32 mapped, zero, large, rss, uss;
	u64 pss;
	u32 dirty, accessed, shared_dirty, private_dirty;
	u64 pss_dirty;
};

/* Count one leaf that maps @nr pages of the range. */
static void count_leaf(const struct mctl_space *space, u64 entry, u32 nr, struct usage *usage)
{
	u32 refs;

	usage->mapped += nr;
	usage->dirty += entry & MCTL_PT_D ? nr : 0;
	usage->accessed += entry & MCTL_PT_A ? nr : 0;
	if (mctl_space_is_zero(space, entry)) {
		usage->zero += nr;
		return;
	}
	refs = max(1U, mctl_space_frame_refs(space, mctl_space_frame_of(space, entry)));
	usage->rss += nr;
	usage->uss += refs == 1 ? nr : 0;
	usage->pss += nr * PAGE_SIZE / refs;
	if (!(entry & MCTL_PT_D))
		return;
	*(refs == 1 ? &usage->private_dirty : &usage->shared_dirty) += nr;
	usage->pss_dirty += nr * PAGE_SIZE / refs;
}

/* Count the mapped pages from @page to @end, which one leaf table translates. */
static void count_table(const struct mctl_space *space, u32 page, u32 end, struct usage *usage)
{
	const struct mctl_ptable *pt = &space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	unsigned int level;
	u64 entry;

	if (leaves == MCTL_PT_NO_PFN) {
		entry = mctl_ptable_walk(pt, mctl_space_address(page), &level);
		if (entry) {
			usage->large++;
			count_leaf(space, entry, end - page, usage);
		}
		return;
	}
	for (; page < end; page++) {
		entry = mctl_ptable_entry(pt, leaves, page % MCTL_LEAVES);
		if (entry)
			count_leaf(space, entry, 1, usage);
	}
}

/* Count the mapped pages of a range. family->lock is held. Return: 0, or -EINTR. */
static int count_range(const struct mctl_space *space, u32 page, u32 end, struct usage *usage)
{
	u32 next;

	while ((page = mctl_space_skip(space, page, end)) < end) {
		next = min(end, round_down(page, MCTL_LEAVES) + MCTL_LEAVES);
		count_table(space, page, next, usage);
		page = next;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/* --- spaces --------------------------------------------------------------------------------- */

/**
 * mctl_space_info_of() - describe a space
 * @space: the space, held by the caller
 * @info: filled with the description
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: 0, or -EINTR if the process is killed.
 */
int mctl_space_info_of(struct mctl_space *space, struct mctl_space_info *info)
{
	const struct mctl_ptable *pt = &space->shadow.pt;
	struct usage usage = {};
	int ret;

	memset(info, 0, sizeof(*info));
	if (mutex_lock_killable(&space->family->lock))
		return -EINTR;
	ret = count_range(space, 0, space->nr_pages, &usage);
	strscpy(info->name, space->name, sizeof(info->name));
	info->start = MCTL_SPACE_START;
	info->end = mctl_space_address(space->nr_pages);
	info->vss = space->vmas.nr_pages << PAGE_SHIFT;
	info->nr_vmas = space->vmas.nr;
	info->nr_files = atomic_read(&space->nr_files);
	info->nr_processes = space->nr_users;
	info->nr_mappings = space->nr_mappings;
	info->levels = pt->format->nr_levels;
	info->nr_tables = pt->nr_tables;
	info->nr_mapped = pt->nr_mapped;
	info->nr_zero = usage.zero;
	info->nr_large = usage.large;
	info->rss = usage.rss;
	info->uss = usage.uss;
	info->pss = usage.pss;
	info->nr_dirty = usage.dirty;
	info->nr_accessed = usage.accessed;
	info->nr_lent = space->nr_lent;
	info->nr_quarantine = READ_ONCE(space->arena->spaces->nr_quarantine);
	info->nr_away = mctl_space_away(space);
	info->nr_charged = mctl_space_there(space) + info->nr_away;
	info->limit = space->limit;
	info->order = space->order;
	info->window = space->window;
	info->family = space->family->id;
	info->nr_family = space->family->nr_spaces;
	memcpy(info->faults, space->faults, sizeof(info->faults));
	info->around = space->around;
	info->nr_zaps = space->nr_zaps;
	info->sequence = space->sequence;
	mutex_unlock(&space->family->lock);
	return ret;
}

/**
 * mctl_space_info() - describe a space given by its name
 * @arena: the arena
 * @name: name of the region
 * @info: filled with the description
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -ENOENT if there is no such region; -EINTR if the process is killed.
 */
int mctl_space_info(struct mctl_arena *arena, const char *name, struct mctl_space_info *info)
{
	struct mctl_space *space = mctl_space_get(arena, name);
	int ret;

	if (!space)
		return -ENOENT;
	ret = mctl_space_info_of(space, info);
	mctl_space_put(space);
	return ret;
}

/* --- vmas ----------------------------------------------------------------------------------- */

/* Return: 0, or -EINTR. */
static int fill_vma(const struct mctl_space *space, const struct mctl_vma *from,
		    struct mctl_space_vma *vma)
{
	struct usage usage = {};
	char *path;
	int ret;

	memset(vma, 0, sizeof(*vma));
	vma->start = from->start;
	vma->end = from->end;
	vma->rights = from->rights;
	vma->offset = from->offset << PAGE_SHIFT;
	if (from->file) {
		/* file_path() fills the buffer from its end. */
		path = file_path(from->file, vma->file, sizeof(vma->file));
		if (IS_ERR(path))
			strscpy(vma->file, "?", sizeof(vma->file));
		else
			memmove(vma->file, path, strlen(path) + 1);
		vma->dev = file_inode(from->file)->i_sb->s_dev;
		vma->inode = file_inode(from->file)->i_ino;
	}
	ret = count_range(space, mctl_space_page(from->start), mctl_space_page(from->end), &usage);
	vma->nr_mapped = usage.mapped;
	vma->nr_zero = usage.zero;
	vma->nr_large = usage.large;
	vma->rss = usage.rss;
	vma->uss = usage.uss;
	vma->pss = usage.pss;
	vma->nr_dirty = usage.dirty;
	vma->nr_accessed = usage.accessed;
	vma->nr_shared_dirty = usage.shared_dirty;
	vma->nr_private_dirty = usage.private_dirty;
	vma->pss_dirty = usage.pss_dirty;
	return ret;
}

/**
 * mctl_space_vma_at() - describe the vma at an address, or the next one
 * @space: the space, held by the caller
 * @address: the address, any value; 0 for the first vma
 * @vma: filled with the description
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: 0; -ENODATA if no vma ends after @address; -EINTR if the process is killed.
 */
int mctl_space_vma_at(struct mctl_space *space, u64 address, struct mctl_space_vma *vma)
{
	const struct mctl_vma *found;
	int ret = -ENODATA;

	if (mutex_lock_killable(&space->family->lock))
		return -EINTR;
	found = mctl_vma_find(&space->vmas, address);
	if (found)
		ret = fill_vma(space, found, vma);
	mutex_unlock(&space->family->lock);
	return ret;
}

/* --- frames --------------------------------------------------------------------------------- */

/* Read page and family of a frame. Return: whether it is the frame of a page of a space. */
static bool read_record(struct mctl_arena *arena, u64 pfn, u32 *page, u32 *family)
{
	const struct mctl_table *table = &arena->table;
	bool is = false;
	u32 fn;

	preempt_disable();
	fn = mctl_arena_pfn_to_fn(arena, pfn);
	if (fn != MCTL_FN_NONE && mctl_state_kind(table->state[fn]) == MCTL_KIND_TAIL)
		fn = round_down(fn, MCTL_LEAVES);
	if (fn != MCTL_FN_NONE && mctl_state_kind(table->state[fn]) == MCTL_KIND_REGION) {
		*page = table->tag[fn] + (mctl_state_order(table->state[fn]) ?
						  (u32)(pfn - mctl_table_pfn(table, fn)) :
						  0);
		*family = table->link[fn].prev;
		is = *family && table->tag[fn] != MCTL_NO_PAGE;
	}
	preempt_enable();
	return is;
}

static struct mctl_family *find_family(struct mctl_arena *arena, u32 id)
{
	struct mctl_family *family;

	list_for_each_entry(family, &arena->spaces->families, list) {
		if (family->id == id)
			return family;
	}
	return NULL;
}

/**
 * mctl_space_rmap() - find every region and address that a frame backs
 * @arena: the arena
 * @pfn: physical frame number; any value
 * @places: filled with the first @nr places
 * @nr: room in @places
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock and family->lock.
 * Return: the number of places, which may be more than @nr; -ENOENT if @pfn is no frame of a
 * region for processes; -EINTR if the process is killed.
 */
int mctl_space_rmap(struct mctl_arena *arena, u64 pfn, struct mctl_space_place *places,
		    unsigned int nr, struct mctl_error *error)
{
	struct mctl_family *family = NULL;
	const struct mctl_space *space;
	u32 page, id, found = 0;

	if (mutex_lock_killable(&arena->regions->lock))
		return mctl_fail(error, -EINTR, "killed while a region was waited for");
	if (read_record(arena, pfn, &page, &id))
		family = find_family(arena, id);
	if (!family) {
		mutex_unlock(&arena->regions->lock);
		return mctl_fail(error, -ENOENT, "pfn %#llx backs no region for processes", pfn);
	}
	if (mutex_lock_killable(&family->lock)) {
		mutex_unlock(&arena->regions->lock);
		return mctl_fail(error, -EINTR, "killed while a region was waited for");
	}
	list_for_each_entry(space, &family->spaces, sibling) {
		u64 address = mctl_space_address(page);
		unsigned int level;
		u64 entry;

		if (page >= space->nr_pages)
			continue;
		entry = mctl_ptable_walk(&space->shadow.pt, address, &level);
		if (!entry || mctl_ptable_physical(&space->shadow.pt, address, level, entry) !=
				      pfn << PAGE_SHIFT)
			continue;
		if (found < nr) {
			strscpy(places[found].region, space->name, sizeof(places[found].region));
			places[found].address = address;
			places[found].entry = entry;
			places[found].nr_processes = space->nr_users;
		}
		found++;
	}
	mutex_unlock(&family->lock);
	mutex_unlock(&arena->regions->lock);
	return found;
}
