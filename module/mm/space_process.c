// SPDX-License-Identifier: GPL-2.0
/*
 * The processes that map spaces: found, their tables walked, what they have in
 * memory, and which pages lie idle. See space.c for the locks.
 *
 * How many entries map a frame is counted over all processes of its family:
 * each is looked at by itself, so that a busy system is seen at moments a
 * little apart.
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include "mm/space_process.h"

/* --- find ----------------------------------------------------------------------------------- */

static int pid_of(const struct mctl_space_user *user)
{
	int pid = user->pid;

#ifdef CONFIG_MEMCG
	struct task_struct *owner;

	/* A child that has not faulted yet has no number of its own here. */
	rcu_read_lock();
	owner = rcu_dereference(user->mm->owner);
	if (owner)
		pid = task_tgid_nr(owner);
	rcu_read_unlock();
#endif
	return pid;
}

/**
 * mctl_space_next_process() - the next process that maps a space
 * @space: held
 * @last: id of the last one, 0 to begin with; becomes this one's
 * @pid: becomes its number
 * @copy: becomes a copy of its record; may be NULL
 *
 * Context: Process, may sleep.
 * Return: its address space, for mmput() without a lock of ours, or NULL when there are no more.
 */
struct mm_struct *mctl_space_next_process(struct mctl_space *space, u64 *last, int *pid,
					  struct mctl_space_user *copy)
{
	struct mctl_space_user *user;
	struct mm_struct *mm = NULL;

	mutex_lock(&space->family->lock);
	list_for_each_entry(user, &space->users, list) {
		if (user->id <= *last || !mmget_not_zero(user->mm))
			continue;
		mm = user->mm;
		*last = user->id;
		*pid = pid_of(user);
		if (copy)
			*copy = *user;
		break;
	}
	mutex_unlock(&space->family->lock);
	return mm;
}

/* --- walk ----------------------------------------------------------------------------------- */

static void pass(struct mctl_space_found *found, u64 entry)
{
	found->above &= entry | MCTL_PT_NX;
	found->above |= entry & MCTL_PT_NX;
}

/* An entry with D as D: without RW the host may keep it in a bit of software's. */
static u64 plain_pte(pte_t pte)
{
	return pte_val(pte) | (pte_dirty(pte) ? MCTL_PT_D : 0);
}

/**
 * mctl_space_walk_process() - walk a process's tables, as the processor would
 * @mm: the process's address space; its mmap_lock is held
 * @address: in it, in a vma
 * @found: filled
 *
 * Context: Process.
 */
void mctl_space_walk_process(struct mm_struct *mm, u64 address, struct mctl_space_found *found)
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
	/* The top entry of the user's half has NX where the kernel's tables are apart. */
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
 * struct visit - what is done with each entry of a process
 * @space: the space
 * @counts: entries that map a frame, by frame number
 * @process: what to fill; NULL to count into @counts
 */
struct visit {
	const struct mctl_space *space;
	u16 *counts;
	struct mctl_space_process *process;
};

/* One page that a process maps. */
static void visit_page(struct visit *visit, u64 entry, u32 fn)
{
	struct mctl_space_process *process = visit->process;

	if (!process) {
		if (visit->counts[fn] < U16_MAX)
			visit->counts[fn]++;
		return;
	}
	process->nr_accessed += !!(entry & MCTL_PT_A);
	process->nr_dirty += !!(entry & MCTL_PT_D);
	if (mctl_space_is_zero(visit->space, entry)) {
		process->nr_zero++;
		return;
	}
	process->rss += PAGE_SIZE;
	process->pss += PAGE_SIZE / max_t(u16, visit->counts[fn], 1);
	process->uss += visit->counts[fn] <= 1 ? PAGE_SIZE : 0;
}

static void visit_vma(struct visit *visit, struct vm_area_struct *vma)
{
	struct mctl_space_found found;
	u64 address = vma->vm_start;

	if (visit->process) {
		visit->process->nr_mappings++;
		visit->process->vss += vma->vm_end - vma->vm_start;
	}
	for (; address < vma->vm_end; address += PAGE_SIZE) {
		mctl_space_walk_process(vma->vm_mm, address, &found);
		if (!found.entry)
			continue;
		if (found.level > 1)
			found.entry = (found.entry & ~MCTL_PT_PS) |
				      (address & (PMD_SIZE - 1) & PAGE_MASK);
		visit_page(visit, found.entry, mctl_space_frame_of(visit->space, found.entry));
	}
}

static void visit_process(struct visit *visit, struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	u64 address = 0;

	mmap_read_lock(mm);
	while ((vma = find_vma(mm, address))) {
		struct mctl_space_user *user = mctl_space_user_of(vma);

		if (user && user->space == visit->space) {
			/* No entry is set, and no frame let go of, meanwhile. */
			mutex_lock(&visit->space->family->lock);
			visit_vma(visit, vma);
			mutex_unlock(&visit->space->family->lock);
		}
		address = vma->vm_end;
		cond_resched();
	}
	mmap_read_unlock(mm);
}

/* --- accounts ------------------------------------------------------------------------------- */

/* The nth space of a family, held, or NULL. */
static struct mctl_space *nth_of_family(struct mctl_family *family, u32 nth)
{
	struct mctl_space *space, *found = NULL;

	mutex_lock(&family->lock);
	list_for_each_entry(space, &family->spaces, sibling) {
		if (nth--)
			continue;
		mctl_space_hold(space);
		found = space;
		break;
	}
	mutex_unlock(&family->lock);
	return found;
}

/* How many entries of processes map each frame of a family, which is held by one of its spaces. */
static void count_family(struct mctl_family *family, u16 *counts)
{
	struct visit visit = { .counts = counts };
	struct mctl_space *space;
	struct mm_struct *mm;
	u32 nth = 0;
	int pid;

	while ((space = nth_of_family(family, nth++))) {
		u64 process = 0;

		visit.space = space;
		while ((mm = mctl_space_next_process(space, &process, &pid, NULL))) {
			visit_process(&visit, mm);
			mmput(mm);
		}
		mctl_space_put(space);
	}
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
 * mctl_space_process_nth() - what a process has of a region
 * @arena: whose region
 * @name: of the region
 * @nth: 0 for the first one; those that are ending are passed over
 * @process: filled
 *
 * Context: Process, sleeps. Takes mmap_lock of every process that maps the family.
 * Return: 0; -ENOENT when there is no such region, or no more processes; -ENOMEM.
 */
int mctl_space_process_nth(struct mctl_arena *arena, const char *name, u32 nth,
			   struct mctl_space_process *process)
{
	struct mctl_space *space = mctl_space_get(arena, name);
	struct visit visit = { .space = space, .process = process };
	struct mctl_space_user user;
	struct mm_struct *mm;
	int ret = -ENOENT;
	u64 last = 0;
	size_t size;

	if (!space)
		return -ENOENT;
	size = mctl_table_span(&arena->table) * sizeof(*visit.counts);
	visit.counts = mctl_arena_meta_alloc(arena, size);
	if (!visit.counts) {
		mctl_space_put(space);
		return -ENOMEM;
	}
	memset(process, 0, sizeof(*process));
	while ((mm = mctl_space_next_process(space, &last, &process->pid, &user)) && nth--)
		mmput(mm);
	if (mm) {
		count_family(space->family, visit.counts);
		visit_process(&visit, mm);
		mmput(mm);
		strscpy(process->region, space->name, sizeof(process->region));
		memcpy(process->faults, user.faults, sizeof(process->faults));
		read_comm(process->pid, process->comm, sizeof(process->comm));
		ret = 0;
	}
	mctl_arena_meta_free(arena, visit.counts, size);
	mctl_space_put(space);
	return ret;
}

/* --- idle ----------------------------------------------------------------------------------- */

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

/**
 * mctl_space_idle() - which pages were touched since the last clear
 * @arena: whose region
 * @name: of the region
 * @clear: begin anew: no page counts as touched
 * @result: filled, with what was before a clear
 * @error: why not; may be NULL
 *
 * For a clear all entries are taken from the processes: a processor that has one in its TLB would
 * not set A again.
 *
 * Context: Process, sleeps. Takes mmap_lock of every process that maps it.
 * Return: 0, or -ENOENT.
 */
int mctl_space_idle(struct mctl_arena *arena, const char *name, bool clear,
		    struct mctl_space_idle *result, struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	struct mctl_space_verify verify;

	memset(result, 0, sizeof(*result));
	if (!space)
		return -ENOENT;
	/* Folds A and D into the shadow. */
	mctl_space_verify(arena, name, 0, &verify, NULL, 0, NULL);
	mutex_lock(&space->family->lock);
	for (u32 page = 0; page < space->nr_pages; page += MCTL_LEAVES)
		count_table(space, page, result);
	result->nr_idle = result->nr_pages - result->nr_accessed;
	if (clear) {
		mctl_ptable_protect(&space->shadow.pt, MCTL_SPACE_START, space->nr_pages, MCTL_PT_A,
				    0);
		space->sequence++;
		mctl_space_zap(space, 0, space->nr_pages);
	}
	mutex_unlock(&space->family->lock);
	mctl_space_put(space);
	return 0;
}
