// SPDX-License-Identifier: GPL-2.0
/*
 * The processes that map spaces: their memory usage, and idle pages. See space.c
 * for the locks, space_walk.c for how processes are walked.
 *
 * A census first counts, for each frame, the entries that map it in all processes
 * of its family. Then each process is walked once more for its usage. Processes
 * are walked one after the other, so on a busy system they are seen at slightly
 * different times.
 */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "host/host.h"
#include "spaces/space_walk.h"

/**
 * struct mctl_census - number of entries of processes that map each frame
 * @arena: the arena
 * @counts: entries that map a frame, by frame number, up to U16_MAX
 * @nr: length of @counts: span of the frame table when the census was taken
 * @walk: walk through the processes
 * @space: id of the space for which mctl_census_process() was called last
 * @last: id of the last process of that space to report
 */
struct mctl_census {
	struct mctl_arena *arena;
	u16 *counts;
	u32 nr;
	struct mctl_space_walk walk;
	u64 space;
	u64 last;
};

/**
 * struct visit - context of a walk
 * @space: the space
 * @census: the census
 * @process: filled with the usage of the process; NULL to count into @census
 * @counted_to: end of the last mapping that was counted
 */
struct visit {
	const struct mctl_space *space;
	struct mctl_census *census;
	struct mctl_space_process *process;
	u64 counted_to;
};

/* --- walk ----------------------------------------------------------------------------------- */

static void visit_mapping(void *context, const struct mctl_space_mapping *mapping)
{
	struct visit *visit = context;

	if (!visit->process)
		return;
	/* A mapping that changed during the walk begins again in its middle. */
	if (mapping->start >= visit->counted_to)
		visit->process->nr_mappings++;
	if (mapping->end > visit->counted_to)
		visit->process->vss += mapping->end - max(mapping->start, visit->counted_to);
	visit->counted_to = max(visit->counted_to, mapping->end);
}

/* Visit one page that a process maps. The frame may be newer than the census. */
static void visit_page(struct visit *visit, u64 entry, u32 fn)
{
	struct mctl_space_process *process = visit->process;
	struct mctl_census *census = visit->census;
	u16 *count = fn < census->nr ? &census->counts[fn] : NULL;

	if (!process) {
		if (count && *count < U16_MAX)
			++*count;
		return;
	}
	process->nr_accessed += !!(entry & MCTL_PT_A);
	process->nr_dirty += !!(entry & MCTL_PT_D);
	if (mctl_space_is_zero(visit->space, entry)) {
		process->nr_zero++;
		return;
	}
	process->rss += PAGE_SIZE;
	process->pss += PAGE_SIZE / (count ? max_t(u16, *count, 1) : 1);
	process->uss += !count || *count <= 1 ? PAGE_SIZE : 0;
}

static u64 visit_entry(void *context, const struct vm_area_struct *vma, u64 address,
		       const struct mctl_space_found *found)
{
	u64 entry = found->entry, end = address + PAGE_SIZE;
	struct visit *visit = context;

	if (found->level > 1) {
		entry = (entry & ~MCTL_PT_PS) | (address & (PMD_SIZE - 1) & PAGE_MASK);
		end = min_t(u64, vma->vm_end, (address & PMD_MASK) + PMD_SIZE);
	}
	for (; address < end; address += PAGE_SIZE, entry += PAGE_SIZE)
		visit_page(visit, entry, mctl_space_frame_of(visit->space, entry));
	return end;
}

static const struct mctl_space_visitor visitor = {
	.begin = visit_mapping,
	.entry = visit_entry,
};

/* --- census --------------------------------------------------------------------------------- */

/* Count the entries of all processes that map a space. Return: 0, -EINTR or -EBUSY. */
static int count_space(struct mctl_census *census, struct mctl_space *space,
		       struct mctl_error *error)
{
	struct visit visit = { .space = space, .census = census };
	struct mctl_space_walk *walk = &census->walk;
	int ret = mctl_space_walk_begin(walk, space, 0);

	while (!ret) {
		ret = mctl_space_walk_next(walk);
		if (!ret)
			ret = mctl_space_walk_mappings(walk, &visitor, &visit);
	}
	if (ret == -ENOENT)
		ret = 0;
	if (ret)
		mctl_space_walk_fail(walk, ret, error);
	mctl_space_walk_end(walk);
	return ret;
}

/**
 * mctl_census_take() - count the entries of processes that map each frame
 * @arena: the arena
 * @space: a space held by the caller, to count the frames of its family; NULL for all families
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock and family->lock, and tries the
 * mmap_lock of every process that maps one of the spaces (space_walk.c).
 * Return: the census, to be freed by mctl_census_free(), or an ERR_PTR(): -ENOMEM if there is no
 * memory for it; -EINTR if the process is killed; -EBUSY if the mmap_lock of a process stays taken.
 */
struct mctl_census *mctl_census_take(struct mctl_arena *arena, struct mctl_space *space,
				     struct mctl_error *error)
{
	struct mctl_census *census = kzalloc(sizeof(*census), GFP_KERNEL);
	struct mctl_space *other;
	int ret = 0;

	if (!census)
		goto no_memory;
	census->arena = arena;
	census->nr = mctl_table_span(&arena->table);
	census->counts = mctl_arena_meta_alloc(arena, census->nr * sizeof(*census->counts));
	if (!census->counts)
		goto no_memory;
	for (u64 id = 1; !ret && (other = mctl_space_get_from(arena, id));) {
		if (!space || other->family == space->family)
			ret = count_space(census, other, error);
		id = other->id.value + 1;
		mctl_space_put(other);
	}
	if (!ret)
		return census;
	mctl_census_free(census);
	return ERR_PTR(ret);

no_memory:
	kfree(census);
	return ERR_PTR(mctl_fail(error, -ENOMEM, "no memory to count the frames of regions"));
}

/**
 * mctl_census_free() - free a census
 * @census: the census, from mctl_census_take(), or NULL
 *
 * Context: Process context.
 */
void mctl_census_free(struct mctl_census *census)
{
	if (!census)
		return;
	mctl_arena_meta_free(census->arena, census->counts, census->nr * sizeof(*census->counts));
	kfree(census);
}

static void read_comm(int pid, char *comm, size_t size)
{
	struct task_struct *task;

	rcu_read_lock();
	task = get_pid_task(find_vpid(pid), PIDTYPE_PID);
	rcu_read_unlock();
	if (!task)
		return;
	strscpy_pad(comm, task->comm, size);
	put_task_struct(task);
}

/**
 * mctl_census_process() - report the usage of the next process of a space
 * @census: a census of the space's family, or of all families
 * @space: the space, held by the caller
 * @id: id of the process after which to continue, 0 to start; set to the id of the process
 *	reported. Processes that are exiting, or that came after the first call for the space, are
 *	skipped.
 * @process: filled with the usage
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes family->lock, and tries the mmap_lock of the process
 * (space_walk.c).
 * Return: 0; -ENOENT if there are no more; -EINTR if the caller is killed; -EBUSY if the mmap_lock
 * of the process stays taken.
 */
int mctl_census_process(struct mctl_census *census, struct mctl_space *space, u64 *id,
			struct mctl_space_process *process, struct mctl_error *error)
{
	struct visit visit = { .space = space, .census = census, .process = process };
	struct mctl_space_walk *walk = &census->walk;
	int ret;

	memset(process, 0, sizeof(*process));
	ret = mctl_space_walk_begin(walk, space, *id);
	if (census->space != space->id.value) {
		census->space = space->id.value;
		census->last = walk->last;
	}
	walk->last = census->last;
	if (!ret)
		ret = mctl_space_walk_next(walk);
	if (ret == -ENOENT)
		goto out;
	if (!ret)
		ret = mctl_space_walk_mappings(walk, &visitor, &visit);
	if (ret) {
		mctl_space_walk_fail(walk, ret, error);
		goto out;
	}
	*id = walk->id;
	process->pid = walk->pid;
	strscpy(process->region, space->name, sizeof(process->region));
	memcpy(process->faults, walk->user.faults, sizeof(process->faults));
	read_comm(process->pid, process->comm, sizeof(process->comm));
out:
	mctl_space_walk_end(walk);
	return ret;
}

/* --- idle ----------------------------------------------------------------------------------- */

/* Count the mapped pages that one leaf table, or a leaf of 2 MiB in its place, translates. */
static void count_table(const struct mctl_space *space, u32 page, struct mctl_space_idle *result)
{
	const struct mctl_ptable *pt = &space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	u32 nr = leaves == MCTL_PT_NO_PFN ? MCTL_LEAVES : 1;
	unsigned int level;

	for (u32 i = 0; i < MCTL_LEAVES; i += nr) {
		u64 entry = leaves == MCTL_PT_NO_PFN ?
				    mctl_ptable_walk(pt, mctl_space_address(page), &level) :
				    mctl_ptable_entry(pt, leaves, i);

		if (!entry)
			continue;
		result->nr_pages += nr;
		result->nr_accessed += entry & MCTL_PT_A ? nr : 0;
		result->nr_dirty += entry & MCTL_PT_D ? nr : 0;
	}
}

/* Count the pages of the whole space. family->lock is held. Return: 0, or -EINTR. */
static int count_idle(const struct mctl_space *space, struct mctl_space_idle *result)
{
	u32 page = mctl_space_skip(space, 0, space->nr_pages);

	while (page < space->nr_pages) {
		count_table(space, page, result);
		page = mctl_space_skip(space, round_down(page, MCTL_LEAVES) + MCTL_LEAVES,
				       space->nr_pages);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	result->nr_idle = result->nr_pages - result->nr_accessed;
	return 0;
}

/**
 * mctl_space_idle() - count the pages that were touched since the last clear
 * @arena: the arena
 * @name: name of the region
 * @clear: afterwards, mark all pages as not touched
 * @result: filled with the counts from before a clear
 * @error: text on failure; may be NULL
 *
 * A clear zaps all entries of processes, because a processor that has an entry in its TLB would
 * not set A again.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock and family->lock, and tries the
 * mmap_lock of every process that maps the region (space_walk.c).
 * Return: 0; -ENOENT if there is no such region; -EINTR if the caller is killed; -ENOMEM if there
 * is no memory to compare; -EBUSY if the mmap_lock of a process stays taken, so that the pages that
 * it touched are not known; nothing is cleared then.
 */
int mctl_space_idle(struct mctl_arena *arena, const char *name, bool clear,
		    struct mctl_space_idle *result, struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	struct mctl_space_verify verify;
	int ret;

	memset(result, 0, sizeof(*result));
	if (!space)
		return -ENOENT;
	/* mctl_space_verify() folds A and D of the processes' entries into the shadow. */
	ret = mctl_space_verify(arena, name, 0, &verify, NULL, 0, error);
	if (!ret && verify.nr_busy)
		ret = mctl_space_busy(&verify, error);
	if (!ret)
		ret = mutex_lock_killable(&space->family->lock);
	if (ret)
		goto put_space;
	ret = count_idle(space, result);
	if (!ret && clear) {
		mctl_ptable_protect(&space->shadow.pt, MCTL_SPACE_START, space->nr_pages, MCTL_PT_A,
				    0);
		space->sequence++;
		mctl_space_zap(space, 0, space->nr_pages);
	}
	mutex_unlock(&space->family->lock);
put_space:
	mctl_space_put(space);
	return ret;
}
