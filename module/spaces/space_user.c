// SPDX-License-Identifier: GPL-2.0
/*
 * The processes that map a space. Each has a record while it has vmas that do.
 *
 * Locks: family->lock, inside of the mmap_lock of the process.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "spaces/space_internal.h"

/* The vm_ops of all mappings of spaces; set by the first mapping. */
static const struct vm_operations_struct *ours;

static struct mctl_space_user *user_of(struct mctl_space *space, struct mm_struct *mm)
{
	struct mctl_space_user *user;

	/* Newest first: a fork opens the vmas of the new process one after the other. */
	list_for_each_entry_reverse(user, &space->users, list) {
		if (user->mm == mm)
			return user;
	}
	return NULL;
}

/**
 * mctl_space_user_add() - account for a new vma of a process
 * @space: the space
 * @vma: the vma, with vm_ops set
 * @fresh: zeroed record, used if this is the first vma of the process
 *
 * Context: Process context, may sleep. mmap_lock held for writing. Takes family->lock.
 * Return: whether @fresh was used.
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
 * mctl_space_user_drop() - account for a vma that is closed
 * @user: the record of its process
 *
 * Context: Process context, may sleep. mmap_lock held for writing. Takes family->lock.
 * Return: whether it was the last vma of the process; if so, the caller frees the record.
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
 * mctl_space_user_of() - find the record of a vma's process
 * @vma: any vma; mmap_lock of its process is held
 *
 * Context: Any context.
 * Return: the record, or NULL if the vma maps no space.
 */
struct mctl_space_user *mctl_space_user_of(const struct vm_area_struct *vma)
{
	const struct vm_operations_struct *vm_ops = READ_ONCE(ours);

	return vm_ops && vma->vm_ops == vm_ops ? vma->vm_private_data : NULL;
}
