// SPDX-License-Identifier: GPL-2.0
/*
 * Walks the tables of processes that map a space, in bounded time whatever the
 * processes do. See space.c for the locks.
 *
 * A process can keep its own mmap_lock taken for any time (by a fault on a page of
 * FUSE that never arrives, with a writer waiting behind it), have 65530 mappings of
 * 1 TiB, and change them all the time. Therefore:
 *
 * W1  mmap_lock of a process is tried, never waited for. After MAX_WAIT_NS for one
 *     process, or MAX_WAITS_NS for all processes of a command, the walk returns
 *     -EBUSY.
 * W2  Both locks are dropped after MAX_STEPS steps. A step is an entry looked at, a
 *     missing table, or a mapping passed.
 * W3  A missing table is passed in one step: the time is linear in the number of
 *     vmas and of present tables.
 * W4  A walk ends: it visits no process that came after it began, it passes at most
 *     a few times as many vmas as a process had, and it visits an address again
 *     only if the visitor restarts a mapping that changed.
 * W5  A fatal signal ends a walk at the next slice or wait.
 * W6  The reference to an address space is dropped by mmput_async(): if it is the
 *     last one, a worker tears the address space down.
 */
#include <linux/hrtimer.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "spaces/space_walk.h"

/* Longest time of trying the mmap_lock of a process, and of all processes of a command. */
#define MAX_WAIT_NS  (2 * NSEC_PER_SEC)
#define MAX_WAITS_NS (10 * NSEC_PER_SEC)
/* Pause between two tries: doubles from MIN to MAX. */
#define MIN_PAUSE_US 100UL
#define MAX_PAUSE_US 4000UL
/* Most steps in one hold of the locks: as many as a leaf table has entries. */
#define MAX_STEPS 512U
/* A walk passes at most this many vmas for each vma at its start, plus VMAS_MORE. */
#define VMAS_FACTOR 4U
#define VMAS_MORE   64U

/* --- entries -------------------------------------------------------------------------------- */

static void pass(struct mctl_space_found *found, u64 entry)
{
	found->above &= entry | MCTL_PT_NX;
	found->above |= entry & MCTL_PT_NX;
}

/* An entry with D if it is dirty: without RW, the host may keep dirty in a software bit. */
static u64 plain_pte(pte_t pte)
{
	return pte_val(pte) | (pte_dirty(pte) ? MCTL_PT_D : 0);
}

/**
 * mctl_space_look_up() - walk a process's tables to an address, as the processor does
 * @mm: the process's address space; the caller keeps its tables from being freed
 * @address: address in a vma
 * @found: filled with the entry
 *
 * Context: Process context.
 */
void mctl_space_look_up(struct mm_struct *mm, u64 address, struct mctl_space_found *found)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd, value;

	*found = (struct mctl_space_found){ .above = MCTL_PT_P | MCTL_PT_RW | MCTL_PT_US };
	if (pgd_none(*pgd))
		return;
	p4d = p4d_offset(pgd, address);
	if (p4d_none(*p4d))
		return;
	pud = pud_offset(p4d, address);
	if (pud_none(*pud))
		return;
	pmd = pmd_offset(pud, address);
	value = READ_ONCE(*pmd);
	if (pmd_none(value))
		return;
	/* With page table isolation, the top entries of the user half have NX. */
	pass(found, p4d_val(*p4d) & ~MCTL_PT_NX);
	pass(found, pud_val(*pud));
	if (pmd_val(value) & _PAGE_PSE) {
		found->entry = pmd_val(value);
		found->level = 2;
		return;
	}
	pass(found, pmd_val(value));
	found->entry = plain_pte(READ_ONCE(*pte_offset_kernel(pmd, address)));
	found->level = 1;
}

/**
 * mctl_space_find_table() - find the pmd entry of an address: a leaf table, or a leaf of 2 MiB
 * @mm: the process's address space; the caller keeps its tables from being freed
 * @address: address in @mm
 * @end: upper bound of @next
 * @next: set to the end of the range that the entry translates, or of the hole
 *
 * Context: Process context.
 * Return: the entry, or NULL if there is none up to @next.
 */
pmd_t *mctl_space_find_table(struct mm_struct *mm, u64 address, u64 end, u64 *next)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;

	*next = pgd_addr_end(address, end);
	if (pgd_none(*pgd))
		return NULL;
	p4d = p4d_offset(pgd, address);
	*next = p4d_addr_end(address, end);
	if (p4d_none(*p4d))
		return NULL;
	pud = pud_offset(p4d, address);
	*next = pud_addr_end(address, end);
	if (pud_none(*pud))
		return NULL;
	pmd = pmd_offset(pud, address);
	*next = pmd_addr_end(address, end);
	return pmd_none(READ_ONCE(*pmd)) ? NULL : pmd;
}

/**
 * mctl_space_next_entry() - find the next entry that is present in a process's tables
 * @mm: the process's address space; the caller keeps its tables from being freed
 * @address: address to start at
 * @end: address to stop at
 * @steps: number of steps that may be taken; set to the number left
 * @found: filled with the entry; entry is 0 if none was found
 *
 * Context: Process context.
 * Return: the address of the entry; if none was found, @end, or where the steps were used up.
 */
u64 mctl_space_next_entry(struct mm_struct *mm, u64 address, u64 end, u32 *steps,
			  struct mctl_space_found *found)
{
	u64 next;

	for (; address < end && *steps; address = next) {
		pmd_t *pmd = mctl_space_find_table(mm, address, end, &next);

		--*steps;
		if (!pmd)
			continue;
		if (!(pmd_val(READ_ONCE(*pmd)) & _PAGE_PSE) &&
		    pte_none(READ_ONCE(*pte_offset_kernel(pmd, address)))) {
			next = address + PAGE_SIZE;
			continue;
		}
		mctl_space_look_up(mm, address, found);
		if (found->entry)
			return address;
		next = address + PAGE_SIZE;
	}
	found->entry = 0;
	return min(address, end);
}

/* --- processes ------------------------------------------------------------------------------ */

static int pid_of(const struct mctl_space_user *user)
{
	int pid = user->pid;

#ifdef CONFIG_MEMCG
	struct task_struct *owner;

	/* A child that has not faulted yet has no pid in its record. */
	rcu_read_lock();
	owner = rcu_dereference(user->mm->owner);
	if (owner)
		pid = task_tgid_nr(owner);
	rcu_read_unlock();
#endif
	return pid;
}

/**
 * mctl_space_first_pid() - find a process that maps a space, for a message
 * @space: the space; the caller keeps it from being removed
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: pid of its thread group; 0 if there is none, or it has exited.
 */
int mctl_space_first_pid(struct mctl_space *space)
{
	struct mctl_space_user *user;
	int pid = 0;

	mutex_lock(&space->family->lock);
	list_for_each_entry(user, &space->users, list) {
		pid = pid_of(user);
		if (pid)
			break;
	}
	mutex_unlock(&space->family->lock);
	return pid;
}

/**
 * mctl_space_walk_begin() - begin a walk of the processes that map a space
 * @walk: the walk; waited_ns is kept from the previous walk
 * @space: the space, which the caller holds until mctl_space_walk_end()
 * @after: id of the process after which to begin, 0 for all processes
 *
 * The caller calls mctl_space_walk_end() even after an error.
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: 0, or -EINTR if the caller is killed.
 */
int mctl_space_walk_begin(struct mctl_space_walk *walk, struct mctl_space *space, u64 after)
{
	walk->space = space;
	walk->mm = NULL;
	walk->id = after;
	if (mutex_lock_killable(&space->family->lock))
		return -EINTR;
	walk->last = space->user_ids.last;
	mutex_unlock(&space->family->lock);
	return 0;
}

static void put_process(struct mctl_space_walk *walk)
{
	if (walk->mm)
		mmput_async(walk->mm);
	walk->mm = NULL;
}

/**
 * mctl_space_walk_next() - advance to the next process that maps the space
 * @walk: the walk; mm, id, pid and user are set to those of the process
 *
 * Processes that are exiting are skipped.
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: 0; -ENOENT if there are no more; -EINTR if the caller is killed.
 */
int mctl_space_walk_next(struct mctl_space_walk *walk)
{
	struct mctl_space *space = walk->space;
	struct mctl_id *id;

	put_process(walk);
	do {
		/* Check in each round, since many processes may be exiting. */
		if (fatal_signal_pending(current) || mutex_lock_killable(&space->family->lock))
			return -EINTR;
		id = mctl_ids_from(&space->user_ids, walk->id + 1);
		if (id && id->value <= walk->last) {
			const struct mctl_space_user *user =
				container_of(id, struct mctl_space_user, id);

			walk->id = id->value;
			if (mmget_not_zero(user->mm)) {
				walk->mm = user->mm;
				walk->user = *user;
				walk->pid = pid_of(user);
			}
		} else {
			id = NULL;
		}
		mutex_unlock(&space->family->lock);
		cond_resched();
	} while (id && !walk->mm);
	return id ? 0 : -ENOENT;
}

/**
 * mctl_space_walk_end() - end a walk, and release its process
 * @walk: the walk; the caller still holds its space
 *
 * Context: Any context but hard interrupt.
 */
void mctl_space_walk_end(struct mctl_space_walk *walk)
{
	put_process(walk);
}

/**
 * mctl_space_walk_fail() - describe why a walk failed
 * @walk: the walk, at the process where it failed
 * @errno: -EBUSY or -EINTR, as returned by mctl_space_walk_mappings()
 * @error: filled with the text; may be NULL
 *
 * Context: Any context.
 * Return: @errno.
 */
int mctl_space_walk_fail(const struct mctl_space_walk *walk, int errno, struct mctl_error *error)
{
	if (errno == -EBUSY)
		return mctl_fail(error, errno,
				 "region %s: process %d does not let go of its address space",
				 walk->space->name, walk->pid);
	return mctl_fail(error, errno, "killed on the way through region %s", walk->space->name);
}

/* --- mappings ------------------------------------------------------------------------------- */

/* Take mmap_lock for reading, within the limits of W1. Return: 0, -EINTR or -EBUSY. */
static int lock_process(struct mctl_space_walk *walk)
{
	u64 start = ktime_get_ns(), waited = 0;
	unsigned long pause = MIN_PAUSE_US;
	int ret = 0;

	while (!mmap_read_trylock(walk->mm)) {
		waited = ktime_get_ns() - start;
		if (fatal_signal_pending(current))
			ret = -EINTR;
		else if (waited >= MAX_WAIT_NS || walk->waited_ns + waited >= MAX_WAITS_NS)
			ret = -EBUSY;
		if (ret)
			break;
		usleep_range_state(pause, 2 * pause, TASK_KILLABLE);
		pause = min(2 * pause, MAX_PAUSE_US);
	}
	walk->waited_ns += waited;
	return ret;
}

static bool is_same(const struct vm_area_struct *vma, const struct mctl_space_mapping *mapping)
{
	return vma && vma->vm_start == mapping->start && vma->vm_end == mapping->end &&
	       vma->vm_pgoff == mapping->first && vma->vm_flags == mapping->flags;
}

/* The next vma from walk->address on that maps the space, or NULL. */
static struct vm_area_struct *find_mapping(struct mctl_space_walk *walk, u32 *steps)
{
	struct vm_area_struct *vma;

	while (*steps && walk->nr_left && (vma = find_vma(walk->mm, walk->address))) {
		const struct mctl_space_user *user = mctl_space_user_of(vma);

		--*steps;
		walk->nr_left--;
		walk->address = max_t(u64, walk->address, vma->vm_start);
		if (user && user->space == walk->space)
			return vma;
		walk->address = vma->vm_end;
	}
	return NULL;
}

/* The mapping to continue in, or NULL at the end or if the steps are used up. */
static struct vm_area_struct *go_on(struct mctl_space_walk *walk,
				    const struct mctl_space_visitor *visitor, void *context,
				    u32 *steps)
{
	struct vm_area_struct *vma;

	if (walk->inside) {
		vma = find_vma(walk->mm, walk->mapping.start);
		if (is_same(vma, &walk->mapping) && mctl_space_user_of(vma) &&
		    mctl_space_user_of(vma)->space == walk->space)
			return vma;
		walk->inside = false;
		if (visitor->changed)
			walk->address = visitor->changed(context) ? walk->mapping.start :
								    walk->mapping.end;
	}
	vma = find_mapping(walk, steps);
	if (!vma)
		return NULL;
	walk->mapping = (struct mctl_space_mapping){
		.start = vma->vm_start,
		.end = vma->vm_end,
		.first = vma->vm_pgoff,
		.flags = vma->vm_flags,
	};
	walk->inside = true;
	visitor->begin(context, &walk->mapping);
	return vma;
}

/* Walk as far as one hold of the locks allows (W2). Return: whether there is more to walk. */
static bool walk_slice(struct mctl_space_walk *walk, const struct mctl_space_visitor *visitor,
		       void *context)
{
	struct mctl_space_found found;
	struct vm_area_struct *vma;
	u32 steps = MAX_STEPS;

	while (steps) {
		vma = go_on(walk, visitor, context, &steps);
		if (!vma)
			return !steps && walk->nr_left;
		while (walk->address < vma->vm_end && steps) {
			walk->address = mctl_space_next_entry(walk->mm, walk->address, vma->vm_end,
							      &steps, &found);
			if (found.entry)
				walk->address = visitor->entry(context, vma, walk->address, &found);
		}
		if (walk->address < vma->vm_end)
			break;
		walk->inside = false;
		if (visitor->end)
			visitor->end(context, &walk->mapping);
	}
	return true;
}

/**
 * mctl_space_walk_mappings() - walk the mappings that a process has of the space
 * @walk: the walk, at the process
 * @visitor: callbacks
 * @context: passed to @visitor
 *
 * Context: Process context, may sleep. Tries mmap_lock of the process; takes family->lock.
 * Return: 0; -EBUSY if the mmap_lock of the process stays taken; -EINTR if the caller is killed.
 */
int mctl_space_walk_mappings(struct mctl_space_walk *walk, const struct mctl_space_visitor *visitor,
			     void *context)
{
	struct mutex *lock = &walk->space->family->lock;
	bool more = true;
	int ret;

	walk->address = 0;
	walk->inside = false;
	walk->nr_left = (u64)READ_ONCE(walk->mm->map_count) * VMAS_FACTOR + VMAS_MORE;
	while (more) {
		ret = lock_process(walk);
		if (ret)
			return ret;
		/* Keeps faults from setting entries, and frames from being released. */
		ret = mutex_lock_killable(lock);
		if (!ret) {
			more = walk_slice(walk, visitor, context);
			mutex_unlock(lock);
		}
		mmap_read_unlock(walk->mm);
		if (ret || fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}
