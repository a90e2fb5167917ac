// SPDX-License-Identifier: GPL-2.0
/*
 * The processes that map a space. See space.c for the locks.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "mm/space_file.h"

/* The thread group that has an address space; family->lock is held. */
int mctl_space_pid(const struct mctl_space_user *user)
{
	int pid = user->pid;

#ifdef CONFIG_MEMCG
	struct task_struct *owner;

	/* A child that has not faulted yet is known by its parent's. */
	rcu_read_lock();
	owner = rcu_dereference(user->mm->owner);
	if (owner)
		pid = task_tgid_nr(owner);
	rcu_read_unlock();
#endif
	return pid;
}
