// SPDX-License-Identifier: GPL-2.0
/*
 * Faults of processes: sets the hardware's entries from the shadow's. See space.c
 * for the invariants and locks, Documentation/regions.rst for the reasons.
 *
 * Entries of processes are set only here, under family->lock, from the shadow's
 * leaf. The host itself copies entries at fork and moves them at mremap. It would
 * remove RW at mprotect, but mprotect() of space_map.c removes the entries first.
 */
#include <linux/mm.h>
#include <linux/huge_mm.h>
#include <linux/sched.h>
#include "host/compat.h"
#include "spaces/space_internal.h"

/* --- entries -------------------------------------------------------------------------------- */

/* The shadow's leaf for the page of an access, as a leaf of 4 KiB. */
static u64 small_leaf(const struct mctl_space *space, const struct mctl_access *access)
{
	return mctl_space_small(space, access->page, access->level, access->entry);
}

/* Set one entry of a process, unless it is present with RW, or maps another frame. */
static void set_entry(struct mm_struct *mm, u64 address, pte_t *ptep, u64 entry)
{
	pte_t pte = __pte(entry);

	if (pte_none(*ptep) || (pte_pfn(*ptep) == pte_pfn(pte) && !pte_write(*ptep)))
		set_pte_at(mm, address, ptep, pte);
}

/**
 * struct window - the pages that a fault maps in one leaf table of a process
 * @vmf: the fault
 * @space: the space
 * @access: the access to the page of the fault; counts the pages mapped
 * @first: first page to map
 * @end: page after the last one; 0 to map only the page of the fault
 */
struct window {
	struct vm_fault *vmf;
	struct mctl_space *space;
	struct mctl_access *access;
	u32 first;
	u32 end;
};

/*
 * Set the bounds of a window: the aligned window around the page of the fault, within the
 * process's vma and leaf table, and within @in, the space's vma.
 */
static void clip(struct window *window, const struct mctl_vma *in)
{
	const struct vm_area_struct *vma = window->vmf->vma;
	u32 page = window->access->page;
	u32 size = window->space->window;
	u64 address = window->vmf->address & PAGE_MASK;
	u32 before = (address - max_t(u64, vma->vm_start, address & PMD_MASK)) >> PAGE_SHIFT;
	u32 after = (min_t(u64, vma->vm_end, (address & PMD_MASK) + PMD_SIZE) - address) >>
		    PAGE_SHIFT;

	window->first =
		max3(round_down(page, size), page - min(page, before), mctl_space_page(in->start));
	window->end = min3(round_down(page, size) + size, page + after, mctl_space_page(in->end));
}

/*
 * The leaf of a page beside the page of the fault, or 0. If there is none and @zeros is true, the
 * shadow is made to map the frame of zeros.
 */
static u64 leaf_beside(struct window *window, u64 leaves, u32 page, bool zeros)
{
	struct mctl_space *space = window->space;
	u64 entry = mctl_ptable_entry(&space->shadow.pt, leaves, page % MCTL_LEAVES);

	if (!entry && zeros) {
		mctl_ptable_set_leaf(&space->shadow.pt, leaves, page % MCTL_LEAVES, space->zero);
		space->nr_zero++;
		entry = space->zero;
	}
	return entry;
}

/* Set the entries around that of the fault, which is set already. The leaf table is locked. */
static void fill_around(struct window *window, pte_t *ptep, bool zeros)
{
	const struct vm_area_struct *vma = window->vmf->vma;
	u64 leaves = window->access->leaves;
	u64 address = window->vmf->address & PAGE_MASK;

	if (leaves == MCTL_PT_NO_PFN)
		return;
	for (u32 page = window->first; page < window->end; page++) {
		long offset = (long)page - (long)window->access->page;
		u64 entry;

		if (!offset || !pte_none(ptep[offset]))
			continue;
		entry = leaf_beside(window, leaves, page, zeros);
		if (!entry)
			continue;
		entry &= ~(MCTL_PT_A | MCTL_PT_D);
		set_pte_at(vma->vm_mm, address + offset * (long)PAGE_SIZE, &ptep[offset],
			   __pte(mctl_space_hardware(vma, entry)));
		window->access->pages++;
	}
}

/* Set the entry of the fault. Also a callback of apply_to_page_range(), see need_table(). */
static int set_first(pte_t *ptep, unsigned long address, void *data)
{
	struct window *window = data;
	const struct vm_area_struct *vma = window->vmf->vma;
	const struct mctl_access *access = window->access;
	u64 entry = small_leaf(window->space, access);

	/* A read must not leave a dirty entry. */
	if (!access->write)
		entry &= ~MCTL_PT_D;
	set_entry(vma->vm_mm, address, ptep, mctl_space_hardware(vma, entry));
	return 0;
}

static bool wants_around(const struct window *window)
{
	const struct mctl_access *access = window->access;

	/* While the arena has any memory error, each page is checked by a fault of its own. */
	if (mctl_hwpoison_any(window->space->arena))
		return false;
	return window->space->window > 1 && access->level == 1 && !access->filled &&
	       (access->kind == MCTL_FAULT_MINOR || access->kind == MCTL_FAULT_ZERO);
}

/* Make sure that the process has a leaf table for the fault. Return: 0, or -ENOMEM. */
static int need_table(struct window *window)
{
	struct vm_fault *vmf = window->vmf;

	if (likely(!pmd_none(READ_ONCE(*vmf->pmd))))
		return 0;
	return apply_to_page_range(vmf->vma->vm_mm, vmf->address & PAGE_MASK, PAGE_SIZE, set_first,
				   window);
}

/* Set the process's entry for the fault as a leaf of 4 KiB, and the entries around it. */
static int map_small(struct window *window)
{
	struct vm_fault *vmf = window->vmf;
	struct mm_struct *mm = vmf->vma->vm_mm;
	u64 address = vmf->address & PAGE_MASK;
	const struct mctl_vma *in;
	bool zeros = false;
	spinlock_t *ptl;
	pte_t *ptep;
	int ret;

	window->access->pages = 1;
	if (wants_around(window)) {
		in = mctl_vma_lookup(&window->space->vmas,
				     mctl_space_address(window->access->page));
		clip(window, in);
		zeros = !window->access->write && !in->file && in->rights & MCTL_VMA_R;
	}
	ret = need_table(window);
	if (unlikely(ret))
		return ret;
	ptl = pte_lockptr(mm, vmf->pmd);
	ptep = pte_offset_kernel(vmf->pmd, address);
	spin_lock(ptl);
	set_first(ptep, address, window);
	if (window->end)
		fill_around(window, ptep, zeros);
	spin_unlock(ptl);
	return 0;
}

/* Whether a vma contains the 2 MiB from @start on, and they are aligned in the space too. */
static bool has_room(const struct vm_area_struct *vma, u64 start)
{
	return start >= vma->vm_start && start + PMD_SIZE <= vma->vm_end &&
	       !(((vma->vm_start >> PAGE_SHIFT) - vma->vm_pgoff) % MCTL_LEAVES);
}

/*
 * Whether the process can have a leaf of 2 MiB at the fault. Before Linux 6.12, such a leaf cannot
 * be marked as special, so get_user_pages_fast() would take references to its pages.
 */
static bool may_map_large(const struct vm_fault *vmf, const struct mctl_access *access)
{
	return IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) && access->level == 2 &&
	       has_room(vmf->vma, vmf->address & PMD_MASK) &&
	       (pmd_none(READ_ONCE(*vmf->pmd)) || pmd_val(READ_ONCE(*vmf->pmd)) & _PAGE_PSE);
}

#ifdef CONFIG_TRANSPARENT_HUGEPAGE
static vm_fault_t map_large(struct vm_fault *vmf, struct mctl_space *space,
			    struct mctl_access *access)
{
	u64 pfn = mctl_ptable_target(&space->shadow.pt, access->entry & ~MCTL_PT_PAT_LARGE);
	/* Writable if shadow and vma allow it, even for a read, as S1 demands. */
	bool write = access->entry & MCTL_PT_RW && mctl_space_may_write(vmf->vma);

	access->pages = MCTL_LEAVES;
	return vmf_insert_pfn_pmd(vmf, pfn, write);
}
#else
static vm_fault_t map_large(struct vm_fault *vmf, struct mctl_space *space,
			    struct mctl_access *access)
{
	return VM_FAULT_SIGBUS;
}
#endif

/* --- faults --------------------------------------------------------------------------------- */

static vm_fault_t result_of(const struct mctl_access *access)
{
	switch (access->reason) {
	case MCTL_REFUSED_OUTSIDE:
	case MCTL_REFUSED_RIGHTS:
		return VM_FAULT_SIGSEGV;
	case MCTL_REFUSED_HWPOISON:
		return VM_FAULT_HWPOISON;
	default:
		return VM_FAULT_SIGBUS;
	}
}

static vm_fault_t handle(struct vm_fault *vmf, bool write)
{
	struct mctl_space_user *user = vmf->vma->vm_private_data;
	struct mctl_space *space = user->space;
	struct mctl_access access = { .page = vmf->pgoff, .write = write, .user = vmf->address };
	struct window window = { .vmf = vmf, .space = space, .access = &access };
	vm_fault_t ret = VM_FAULT_NOPAGE;

	/* Check again what mmap checked, since vmas may have been split and moved. */
	if (unlikely(vmf->pgoff >= space->nr_pages))
		return VM_FAULT_SIGBUS;
	mutex_lock(&space->family->lock);
	if (unlikely(mctl_space_resolve(space, &access)))
		ret = result_of(&access);
	else if (may_map_large(vmf, &access))
		ret = map_large(vmf, space, &access);
	else if (unlikely(map_small(&window)))
		ret = VM_FAULT_SIGBUS;
	if (access.kind == MCTL_FAULT_MAJOR)
		ret |= VM_FAULT_MAJOR;
	mctl_space_record(space, &access, user);
	mutex_unlock(&space->family->lock);
	return ret;
}

/**
 * mctl_space_fault() - set a missing entry of a process from the shadow's leaf
 * @vmf: the fault
 *
 * Context: Process context, may sleep. mmap_lock or the lock of the vma held. Takes family->lock.
 * Return: as vm_ops->fault().
 */
vm_fault_t mctl_space_fault(struct vm_fault *vmf)
{
	return handle(vmf, vmf->flags & FAULT_FLAG_WRITE);
}

/**
 * mctl_space_mkwrite() - handle a write to an entry without RW
 * @vmf: the fault
 *
 * Context: As for mctl_space_fault().
 * Return: as vm_ops->pfn_mkwrite(), but never 0, since the host would then set RW itself.
 */
vm_fault_t mctl_space_mkwrite(struct vm_fault *vmf)
{
	return handle(vmf, true);
}

/**
 * mctl_space_huge_fault() - handle a fault where a leaf of 2 MiB is possible
 * @vmf: the fault
 * @order: the size of leaf that the host asks for
 *
 * The host calls this if there is no entry at the 2 MiB level yet, or for a write to a leaf of
 * 2 MiB without RW. After VM_FAULT_FALLBACK it creates a leaf table, or splits the leaf, and then
 * handles the fault for 4 KiB.
 *
 * Context: As for mctl_space_fault().
 * Return: as vm_ops->huge_fault().
 */
vm_fault_t mctl_space_huge_fault(struct vm_fault *vmf, MCTL_FAULT_ORDER order)
{
	const struct mctl_space_user *user = vmf->vma->vm_private_data;

	if (order != MCTL_FAULT_ORDER_PMD || user->space->order != MCTL_LARGE_ORDER ||
	    !has_room(vmf->vma, vmf->address & PMD_MASK))
		return VM_FAULT_FALLBACK;
	return handle(vmf, vmf->flags & FAULT_FLAG_WRITE);
}
