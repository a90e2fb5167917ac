// SPDX-License-Identifier: GPL-2.0
/*
 * The processes that map a space, each with a record while it has a vma of it.
 *
 * Locks: family->lock, inside of the mmap_lock of the process.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "spaces/space_internal.h"

/* The vm_ops of every mapping of a space: known from the first one on. */
static const struct vm_operations_struct *ours;

static struct mctl_space_user *user_of(struct mctl_space *space, struct mm_struct *mm)
{
	struct mctl_space_user *user;

	/* The youngest first: a fork opens one vma after the other. */
	list_for_each_entry_reverse(user, &space->users, list) {
		if (user->mm == mm)
			return user;
	}
	return NULL;
}

/**
 * mctl_space_user_add() - one vma more of its process
 * @space: the space
 * @vma: the vma, whose vm_ops are set
 * @fresh: what to use if this is the process's first one; zeroed
 *
 * Context: Process context. The mmap_lock is held for writing.
 * Return: whether it was the first one; else @fresh is not used.
 */
bool mctl_space_user_add(struct mctl_space *space, struct vm_area_struct *vma,
			 struct mctl_space_user *fresh)
{
	struct mctl_space_user *user;
	bool first;

	if (!ours)
		WRITE_ONCE(ours, vma->vm_ops);
	mutex_lock(&space->family->lock);
	user = user_of(space, vma->vm_mm);
	first = !user;
	if (first) {
		user = fresh;
		user->space = space;
		user->mm = vma->vm_mm;
		mmgrab(user->mm);
		mctl_ids_add(&space->user_ids, &user->id);
		list_add_tail(&user->list, &space->users);
		space->nr_users++;
	}
	user->nr_vmas++;
	space->nr_mappings++;
	vma->vm_private_data = user;
	mutex_unlock(&space->family->lock);
	return first;
}

/**
 * mctl_space_user_drop() - one vma less
 * @user: the record of its process
 *
 * Context: Process context. The mmap_lock is held for writing.
 * Return: whether it was the last one: then the record is the caller's.
 */
bool mctl_space_user_drop(struct mctl_space_user *user)
{
	struct mctl_space *space = user->space;
	bool last;

	mutex_lock(&space->family->lock);
	space->nr_mappings--;
	last = !--user->nr_vmas;
	if (last) {
		mctl_ids_del(&space->user_ids, &user->id);
		list_del(&user->list);
		space->nr_users--;
	}
	mutex_unlock(&space->family->lock);
	return last;
}

/**
 * mctl_space_user_of() - the record of a vma's process
 * @vma: any vma; the mmap_lock of its process is held
 *
 * Context: Any context.
 * Return: the record, or NULL when the vma maps no space.
 */
struct mctl_space_user *mctl_space_user_of(const struct vm_area_struct *vma)
{
	const struct vm_operations_struct *vm_ops = READ_ONCE(ours);

	return vm_ops && vma->vm_ops == vm_ops ? vma->vm_private_data : NULL;
}
