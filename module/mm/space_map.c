// SPDX-License-Identifier: GPL-2.0
/*
 * The processes' side of spaces: mmap and the vm_ops, how the hardware's
 * entries are made from the shadow's, and how they are taken back. See
 * space.c for the invariants and locks, Documentation/regions.rst for why.
 *
 * An entry of a process is set only here, under family->lock, from the
 * shadow's leaf. The host copies entries at fork, moves them at mremap, and
 * takes RW away at mprotect, which mprotect() below forestalls.
 */
#include <linux/mm.h>
#include <linux/huge_mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "compat.h"
#include "mm/space_file.h"

/* --- entries -------------------------------------------------------------------------------- */

static bool may_write(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE;
}

u64 mctl_space_hardware(const struct vm_area_struct *vma, u64 entry)
{
	u64 pkey = pgprot_val(vma->vm_page_prot) & _PAGE_PKEY_MASK;

	if (!may_write(vma))
		entry &= ~(MCTL_PT_RW | MCTL_PT_D);
	return entry | pkey | _PAGE_SPECIAL;
}

/* The shadow's leaf for the page of an access, as one of 4 KiB. */
static u64 small_leaf(const struct mctl_space *space, const struct mctl_access *access)
{
	return mctl_space_small(space, access->page, access->level, access->entry);
}

/* Set one entry of a process, over one with fewer rights if need be. */
static void set_entry(struct mm_struct *mm, u64 address, pte_t *ptep, u64 entry)
{
	pte_t pte = __pte(entry);

	if (pte_none(*ptep) || (pte_pfn(*ptep) == pte_pfn(pte) && !pte_write(*ptep)))
		set_pte_at(mm, address, ptep, pte);
}

/**
 * struct window - what a fault maps in one leaf table of a process
 * @vmf: the fault
 * @space: the space
 * @access: the fault's own page, and the count of pages
 * @first: first page to map
 * @end: page behind the last one
 */
struct window {
	struct vm_fault *vmf;
	struct mctl_space *space;
	struct mctl_access *access;
	u32 first;
	u32 end;
};

/*
 * How far a fault maps around its page: the aligned window, inside of the
 * process's vma and leaf table, and of the shadow's.
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

/* The leaf of a page beside the one of the fault; zeros, where they will do; or 0. */
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

/* Set the entries around the fault's own, which is set. The leaf table is locked. */
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

/* For apply_to_page_range(), when the process has no leaf table yet. */
static int set_first(pte_t *ptep, unsigned long address, void *data)
{
	struct window *window = data;
	const struct vm_area_struct *vma = window->vmf->vma;
	const struct mctl_access *access = window->access;
	u64 entry = small_leaf(window->space, access);

	/* Who only reads is not to be taken for one who wrote. */
	if (!access->write)
		entry &= ~MCTL_PT_D;
	set_entry(vma->vm_mm, address, ptep, mctl_space_hardware(vma, entry));
	return 0;
}

static bool wants_around(const struct window *window)
{
	const struct mctl_access *access = window->access;

	/* With a memory error anywhere, each page is looked at by a fault of its own. */
	if (mctl_hwpoison_any(window->space->arena))
		return false;
	return window->space->window > 1 && access->level == 1 && !access->filled &&
	       (access->kind == MCTL_FAULT_MINOR || access->kind == MCTL_FAULT_ZERO);
}

/* Have a leaf table at the fault. */
static int need_table(struct window *window)
{
	struct vm_fault *vmf = window->vmf;

	if (likely(!pmd_none(READ_ONCE(*vmf->pmd))))
		return 0;
	return apply_to_page_range(vmf->vma->vm_mm, vmf->address & PAGE_MASK, PAGE_SIZE, set_first,
				   window);
}

/* Set the process's entry for a leaf of 4 KiB, and those around it. */
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

/* Whether a vma has all of the 2 MiB from an address on, which are so in the space, too. */
static bool has_room(const struct vm_area_struct *vma, u64 start)
{
	return start >= vma->vm_start && start + PMD_SIZE <= vma->vm_end &&
	       !(((vma->vm_start >> PAGE_SHIFT) - vma->vm_pgoff) % MCTL_LEAVES);
}

/*
 * Whether the process can have a leaf of 2 MiB at the fault. Before Linux 6.12 such a leaf cannot
 * be marked as special: get_user_pages_fast() would hold its pages (M3).
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
	/* All that the shadow allows, for entries to be equal. */
	bool write = access->entry & MCTL_PT_RW && may_write(vmf->vma);

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

/**
 * mctl_space_zap() - take a range out of every process's tables, and of models of TLBs
 * @space: family->lock is held, so that nobody puts it back
 * @page: first page of it
 * @nr: pages
 *
 * When this returns no processor has an entry for it, in tables or TLB.
 *
 * Context: Process, sleeps.
 */
void mctl_space_zap(struct mctl_space *space, u32 page, u32 nr)
{
	mctl_space_forget(space, page, nr);
	if (!space->nr_mappings)
		return;
	space->nr_zaps++;
	unmap_mapping_pages(space->inode->i_mapping, page, nr, true);
}

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

	/* Vmas are split and moved: what mmap checked is checked again (M5). */
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

static vm_fault_t fault(struct vm_fault *vmf)
{
	return handle(vmf, vmf->flags & FAULT_FLAG_WRITE);
}

/* A write to an entry without RW. Never 0: the host would set RW itself. */
static vm_fault_t pfn_mkwrite(struct vm_fault *vmf)
{
	return handle(vmf, true);
}

/*
 * Where a leaf of 2 MiB may come to be, or is one that may not be written: the
 * host would make a leaf table, or split the leaf, and only then have it done.
 */
static vm_fault_t huge_fault(struct vm_fault *vmf, MCTL_FAULT_ORDER order)
{
	const struct mctl_space_user *user = vmf->vma->vm_private_data;

	if (order != MCTL_FAULT_ORDER_PMD || user->space->order != MCTL_LARGE_ORDER ||
	    !has_room(vmf->vma, vmf->address & PMD_MASK))
		return VM_FAULT_FALLBACK;
	return handle(vmf, vmf->flags & FAULT_FLAG_WRITE);
}

/*
 * Called where nothing may sleep, so that it can map nothing. It is here
 * because a host with per-VMA locks gives faults without mmap_lock only to
 * those who have it.
 */
static vm_fault_t map_pages(struct vm_fault *vmf, pgoff_t start, pgoff_t end)
{
	return 0;
}

/* --- vmas of processes ---------------------------------------------------------------------- */

static struct mctl_space_user *user_of(struct mctl_space *space, struct mm_struct *mm)
{
	struct mctl_space_user *user;

	list_for_each_entry(user, &space->users, list) {
		if (user->mm == mm)
			return user;
	}
	return NULL;
}

/* One vma more of its process. @user: what to use if this is the first one. */
static void add_vma(struct mctl_space *space, struct vm_area_struct *vma,
		    struct mctl_space_user *fresh)
{
	struct mctl_space_user *user;
	bool first;

	mutex_lock(&space->family->lock);
	user = user_of(space, vma->vm_mm);
	first = !user;
	if (first) {
		user = fresh;
		fresh = NULL;
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
	if (first)
		mctl_space_watch(user);
	kfree(fresh);
}

/* A vma was split or moved, or its process forked. */
static void open(struct vm_area_struct *vma)
{
	struct mctl_space_user *user = vma->vm_private_data;

	/* There is no way to say no here. */
	add_vma(user->space, vma, kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL));
}

/* The vma's entries are gone. */
static void close(struct vm_area_struct *vma)
{
	struct mctl_space_user *user = vma->vm_private_data;
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
	if (last) {
		mctl_space_unwatch(user);
		mmdrop(user->mm);
		kfree(user);
	}
}

/*
 * The host will take RW out of the range's entries, where the shadow's have
 * it. So that they equal the shadow at all times they go before; and no fault
 * brings them back, for the vma is locked from here on.
 */
static int mprotect(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		    unsigned long flags)
{
	if (flags & VM_EXEC)
		return -EACCES;
	vma_start_write(vma);
	zap_special_vma_range(vma, start, end - start);
	return 0;
}

static const struct vm_operations_struct vm_ops = {
	.open = open,
	.close = close,
	.mprotect = mprotect,
	.fault = fault,
	.huge_fault = huge_fault,
	.map_pages = map_pages,
	.pfn_mkwrite = pfn_mkwrite,
};

struct mctl_space_user *mctl_space_user_of(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &vm_ops ? vma->vm_private_data : NULL;
}

static void set_flags(struct vm_area_struct *vma)
{
	vm_flags_mod(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
}

/**
 * mctl_space_mmap() - map a space in a process
 * @space: held by the file
 * @vma: the vma to be
 *
 * Context: Process, its mmap_lock is held for writing.
 * Return: 0; -EINVAL for a private mapping, or one that reaches beyond the space; -EPERM for one
 * to execute; -ENOMEM.
 */
int mctl_space_mmap(struct mctl_space *space, struct vm_area_struct *vma)
{
	unsigned long nr = vma_pages(vma);
	struct mctl_space_user *user;

	/* VM_SHARED is not set for a file that cannot be written. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (vma->vm_pgoff >= space->nr_pages || nr > space->nr_pages - vma->vm_pgoff)
		return -EINVAL;
	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (!user)
		return -ENOMEM;
	set_flags(vma);
	vma->vm_ops = &vm_ops;
	add_vma(space, vma, user);
	return 0;
}

/**
 * mctl_space_get_area() - where to map a space
 * @file: its file
 * @address: wish
 * @size: bytes
 * @offset: page of the file
 * @flags: MAP_*
 *
 * Where leaves of 2 MiB are to be had, the place is one that allows them.
 *
 * Context: Process, its mmap_lock is held.
 * Return: an address, or an error.
 */
unsigned long mctl_space_get_area(struct file *file, unsigned long address, unsigned long size,
				  unsigned long offset, unsigned long flags)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	return thp_get_unmapped_area(file, address, size, offset, flags);
#else
	return mm_get_unmapped_area(file, address, size, offset, flags);
#endif
}
