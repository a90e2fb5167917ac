// SPDX-License-Identifier: GPL-2.0
/*
 * The right to write, taken out of every process's entries for a space, which
 * stay where they are. See space.c for the invariants and locks,
 * Documentation/regions.rst ("Invalidation") for why this is right.
 *
 * Mappings are walked in the order of the tree that the host keeps them on: a
 * child's is behind its parent's there, whose entries the host may be about to
 * copy. Their tables stay while i_mmap_rwsem is held: the host takes a mapping
 * off the tree before it frees them.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/mmu_notifier.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include "host/compat.h"
#include "spaces/space_walk.h"

static void protect_table(struct mm_struct *mm, pmd_t *pmd, u64 address, u64 end)
{
	pte_t *ptep = pte_offset_kernel(pmd, address);
	spinlock_t *ptl = pte_lockptr(mm, pmd);

	spin_lock(ptl);
	for (; address < end; address += PAGE_SIZE, ptep++) {
		if (pte_flags(*ptep) & _PAGE_RW)
			ptep_set_wrprotect(mm, address, ptep);
	}
	spin_unlock(ptl);
}

static void protect_vma(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 size = 0, next;

	inc_tlb_flush_pending(mm);
	for (u64 address = vma->vm_start; address < vma->vm_end; address = next) {
		pmd_t *pmd = mctl_space_find_table(mm, address, vma->vm_end, &next);
		pmdval_t value = pmd ? pmd_val(READ_ONCE(*pmd)) : 0;

		/* The shadow has no leaf of 2 MiB, so that no process has (S1). */
		if (value && !(value & _PAGE_PSE))
			protect_table(mm, pmd, address, next);
		cond_resched();
	}
	/* Who follows these tables, as KVM does, is told of changes by the host alone. */
	if (mm_has_notifiers(mm))
		size = vma->vm_end - vma->vm_start;
	/* Even of nothing: as a flush is pending, the host makes up for it, in all of the TLB. */
	zap_special_vma_range(vma, vma->vm_start, size);
	dec_tlb_flush_pending(mm);
}

/**
 * mctl_space_make_readonly() - take RW out of every process's entries
 * @space: has no leaf of 2 MiB; family->lock is held, so that nobody sets an entry
 *
 * When this returns no processor can write the space, by its tables or its TLB. A and D stay.
 *
 * Context: Process context, may sleep.
 */
void mctl_space_make_readonly(struct mctl_space *space)
{
	struct address_space *mapping = space->inode->i_mapping;
	struct rb_node *node;

	lockdep_assert_held(&space->family->lock);
	mctl_space_forget(space, 0, space->nr_pages);
	if (!space->nr_mappings)
		return;
	space->nr_zaps++;
	i_mmap_lock_read(mapping);
	for (node = rb_first_cached(&mapping->i_mmap); node; node = rb_next(node))
		protect_vma(rb_entry(node, struct vm_area_struct, shared.rb));
	i_mmap_unlock_read(mapping);
}
