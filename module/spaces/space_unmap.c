// SPDX-License-Identifier: GPL-2.0
/*
 * Tests S1 at the last moment: when a process unmaps a mapping or exits, its
 * entries are compared with the shadow before the host removes them. The first
 * difference in a space is reported, and all are counted for mctl_spaces_check().
 * Enabled on debug kernels, and by verify_unmap=1.
 *
 * The host announces an unmap through an mmu_interval_notifier. At that time it
 * has removed the vmas from the process, but not from the tree of the file's
 * mappings, where they are found.
 *
 * Locks are only tried, since the host also calls the notifiers from our own zaps,
 * under family->lock and i_mmap_rwsem: waiting could deadlock. If a lock is not
 * available after NR_TRIES, nothing is compared.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include "spaces/space_walk.h"

static bool verify_unmap = IS_ENABLED(CONFIG_KASAN) || IS_ENABLED(CONFIG_DEBUG_VM);
module_param(verify_unmap, bool, 0444);
MODULE_PARM_DESC(verify_unmap,
		 "compare page tables before a process unmaps (y on kernels for debugging, else n)");

#ifdef CONFIG_MMU_NOTIFIER

/* Tries to take the locks, at least 100 us apart. */
#define NR_TRIES 200
/* Most entries and missing tables to look at for one unmap. */
#define MAX_STEPS 1048576U

static void report(struct mctl_space *space, u64 address, u64 user, u64 expected,
		   const struct mctl_space_found *found, u32 different)
{
	atomic64_inc(&space->arena->spaces->nr_differed);
	if (space->differed)
		return;
	space->differed = true;
	pr_err("region %s: address %#llx, unmapped at %#llx by %d: expected %#llx, found %#llx at level %u (differs: %#x)\n",
	       space->name, address, user, current->pid, expected, found->entry, found->level,
	       different);
}

/* Compare a part of a vma. family->lock and i_mmap_rwsem are held. */
static void compare_range(struct mctl_space *space, struct vm_area_struct *vma, u64 address,
			  u64 end, u32 *steps)
{
	struct mctl_space_found found;
	u64 expected, next;

	for (; address < end && *steps; address = next) {
		u32 page, different;

		address = mctl_space_next_entry(vma->vm_mm, address, end, steps, &found);
		if (!found.entry)
			break;
		next = found.level == 1 ? address + PAGE_SIZE : pmd_addr_end(address, end);
		page = vma->vm_pgoff + ((address - vma->vm_start) >> PAGE_SHIFT);
		different = mctl_space_compare(space, vma, page, &found, &expected);
		if (different)
			report(space, mctl_space_address(page), address, expected, &found,
			       different);
	}
}

static void compare_mappings(struct mctl_space_user *user, u64 start, u64 end)
{
	struct address_space *mapping = user->space->inode->i_mapping;
	u32 steps = MAX_STEPS;
	struct rb_node *node;

	/* Mappings that are left when the steps are used up are not compared. */
	for (node = rb_first_cached(&mapping->i_mmap); node && steps; node = rb_next(node)) {
		struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, shared.rb);

		steps--;
		if (vma->vm_mm == user->mm)
			compare_range(user->space, vma, max_t(u64, start, vma->vm_start),
				      min_t(u64, end, vma->vm_end), &steps);
	}
}

static bool try_locks(struct mctl_space *space)
{
	for (unsigned int i = 0; i < NR_TRIES; i++) {
		if (mutex_trylock(&space->family->lock)) {
			if (i_mmap_trylock_read(space->inode->i_mapping))
				return true;
			mutex_unlock(&space->family->lock);
		}
		usleep_range(100, 200);
	}
	return false;
}

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long sequence)
{
	struct mctl_space_user *user = container_of(notifier, struct mctl_space_user, notifier);
	struct mctl_space *space = user->space;

	mmu_interval_set_seq(notifier, sequence);
	/* Other events are our own zaps, or do not happen to our mappings. */
	if (range->event != MMU_NOTIFY_UNMAP || !mmu_notifier_range_blockable(range) ||
	    !try_locks(space))
		return true;
	compare_mappings(user, range->start, range->end);
	i_mmap_unlock_read(space->inode->i_mapping);
	mutex_unlock(&space->family->lock);
	return true;
}

static const struct mmu_interval_notifier_ops notifier_ops = {
	.invalidate = invalidate,
};

/**
 * mctl_space_watch() - compare a process's entries before they are unmapped
 * @user: the new record of the process; mmap_lock is held for writing, family->lock is not held
 *
 * If there is no memory for this, they are not compared.
 *
 * Context: Process context, may sleep.
 */
void mctl_space_watch(struct mctl_space_user *user)
{
	if (verify_unmap)
		user->watched = !mmu_interval_notifier_insert_locked(&user->notifier, user->mm, 0,
								     TASK_SIZE_MAX, &notifier_ops);
}

/**
 * mctl_space_unwatch() - undo mctl_space_watch()
 * @user: the record of the process, no longer on a list; family->lock is not held
 *
 * Context: Process context, may sleep.
 */
void mctl_space_unwatch(struct mctl_space_user *user)
{
	if (user->watched)
		mmu_interval_notifier_remove(&user->notifier);
}

#else /* Without MMU notifiers, the host does not announce unmaps. */

void mctl_space_watch(struct mctl_space_user *user)
{
}

void mctl_space_unwatch(struct mctl_space_user *user)
{
}

#endif
